#include "parameters/parameter.h"

#include <fmt/format.h>

namespace kagimori::parameters {

std::string ParameterName::Arn() const {
  return fmt::format("arn:{}:ssm:{}:{}:parameter{}{}", region.partition(), region.name(), account.ToString(),
                     name.starts_with('/') ? "" : "/", name);
}

}  // namespace kagimori::parameters
