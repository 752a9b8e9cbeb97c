#include "parameters/inventory.h"

#include <utility>

#include "parameters/open_records.h"

namespace kagimori::parameters {

Result<ParameterEntry> ReadParameterEntry(const seal::KeyHierarchy& hierarchy, const store::Record& record) {
  KAGIMORI_ASSIGN_OR_RETURN(Parameter parameter, OpenHead(hierarchy, record));
  return ParameterEntry{
      .name = std::move(parameter.name), .type = parameter.current.type, .version = parameter.current.number};
}

std::string TypeText(Type type) {
  switch (type) {
    case Type::kString:
      return "String";
    case Type::kStringList:
      return "StringList";
    case Type::kSecureString:
      return "SecureString";
  }
  return "unknown";
}

}  // namespace kagimori::parameters
