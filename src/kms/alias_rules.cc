#include "kms/alias_rules.h"

#include <algorithm>

namespace kagimori::kms {

using shapes::Errors;

std::optional<shapes::ApiError> CheckAliasName(std::string_view name) {
  if (!name.starts_with("alias/")) {
    return Errors::Validation(
        "Alias must start with the prefix \"alias/\". Please see "
        "https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html");
  }
  if (name == "alias/") return Errors::Validation("Invalid identifier");
  if (name.find(':') != std::string_view::npos)
    return Errors::Validation(std::string(name) + " contains invalid characters for an alias");
  if (name.starts_with("alias/aws/")) return Errors::NotAuthorized();
  return std::nullopt;
}

bool NamesAlias(std::string_view target_key_id) {
  return target_key_id.starts_with("alias/") ||
         (target_key_id.starts_with("arn:") && target_key_id.find(":alias/") != std::string_view::npos);
}

std::vector<std::string> WithAlias(std::vector<std::string> names, const std::string& name) {
  names.insert(std::ranges::lower_bound(names, name), name);
  return names;
}

std::vector<std::string> WithoutAlias(std::vector<std::string> names, const std::string& name) {
  std::erase(names, name);
  return names;
}

}  // namespace kagimori::kms
