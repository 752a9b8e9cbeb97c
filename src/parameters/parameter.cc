#include "parameters/parameter.h"

namespace kagimori::parameters {

std::string ParameterName::Arn() const {
  std::string arn;
  arn.reserve(64 + name.size());
  arn.append("arn:").append(region.partition()).append(":ssm:").append(region.name()).append(":");
  arn.append(account.ToString()).append(name.starts_with('/') ? ":parameter" : ":parameter/").append(name);
  return arn;
}

}  // namespace kagimori::parameters
