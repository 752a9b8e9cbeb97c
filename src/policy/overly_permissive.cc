#include "policy/overly_permissive.h"

#include "policy/compiled.h"

namespace kagimori::policy {

std::string_view OverlyPermissiveCondition(const Document& document) {
  for (const CompiledStatement& statement : document.program().statements) {
    for (const Condition& condition : statement.conditions) {
      if (condition.set != SetOperator::kForAllValues) continue;
      if (condition.key.name() == KeyName::kKmsEncryptionContext)
        return "OverlyPermissiveCondition:EncryptionContext: Using the ForAllValues set operator with a single-valued "
               "condition key matches requests without the specified encryption context or with an unspecified "
               "encryption context. To fix, remove ForAllValues.";
      // The documentation has one text for both, "[encryption context or tag]".
      if (condition.key.name() == KeyName::kAwsRequestTag)
        return "OverlyPermissiveCondition: Using the ForAllValues set operator with a single-valued condition key "
               "matches requests without the specified tag or with an unspecified tag. To fix, remove ForAllValues.";
    }
  }
  return {};
}

}  // namespace kagimori::policy
