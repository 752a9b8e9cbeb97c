#ifndef KAGIMORI_PARAMETERS_INVENTORY_H_
#define KAGIMORI_PARAMETERS_INVENTORY_H_

#include <cstdint>
#include <string>

#include "base/result.h"
#include "parameters/parameter.h"
#include "seal/hierarchy.h"
#include "store/store.h"

namespace kagimori::parameters {

// What the records of this room say, for lists of what a store or a backup holds.

struct ParameterEntry {
  ParameterName name;
  Type type = Type::kString;
  uint64_t version = 1;  // the newest
};
// kCorrupt: not what this room wrote at this place. REQUIRES: the record's type is kParameter.
Result<ParameterEntry> ReadParameterEntry(const seal::KeyHierarchy& hierarchy, const store::Record& record);

// "SecureString": AWS's word.
std::string TypeText(Type type);

}  // namespace kagimori::parameters

#endif  // KAGIMORI_PARAMETERS_INVENTORY_H_
