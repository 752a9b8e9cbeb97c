#ifndef KAGIMORI_KMS_ALIAS_RULES_H_
#define KAGIMORI_KMS_ALIAS_RULES_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kms/operation.h"

namespace kagimori::kms {

// What AWS says of an alias name before it looks anything up; beyond the pattern of the model. Nothing: it may be used.
// Reserved names (alias/aws/…) are AWS's own.
std::optional<shapes::ApiError> CheckAliasName(std::string_view name);

// Whether a TargetKeyId is an alias name or alias ARN, which is no target. Known from its form alone: nothing is looked
// up.
bool NamesAlias(std::string_view target_key_id);
inline constexpr std::string_view kTargetIsAlias = "Aliases must refer to keys. Not aliases";

// The key's names with `name` added (sorted) or without it.
std::vector<std::string> WithAlias(std::vector<std::string> names, const std::string& name);
std::vector<std::string> WithoutAlias(std::vector<std::string> names, const std::string& name);

}  // namespace kagimori::kms

#endif  // KAGIMORI_KMS_ALIAS_RULES_H_
