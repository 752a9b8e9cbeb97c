#include "kms/grant_constraints.h"

namespace kagimori::kms {

std::optional<shapes::GrantConstraints> ShownConstraints(const keys::GrantConstraints& constraints) {
  if (constraints.empty()) return std::nullopt;
  shapes::GrantConstraints shown;
  shown.encryption_context_equals = constraints.equals;
  shown.encryption_context_subset = constraints.subset;
  if (!constraints.source_arn.empty()) shown.source_arn = constraints.source_arn;
  return shown;
}

}  // namespace kagimori::kms
