#ifndef KAGIMORI_IAM_QUOTAS_H_
#define KAGIMORI_IAM_QUOTAS_H_

#include <fmt/format.h>

#include <cstddef>
#include <string_view>

#include "iam/error.h"

namespace kagimori::iam {

// AWS's defaults. Source: IAM User Guide, "IAM and AWS STS quotas"; GetAccountSummary.
inline constexpr size_t kUsersPerAccount = 5000;
inline constexpr size_t kGroupsPerAccount = 300;
inline constexpr size_t kRolesPerAccount = 1000;
inline constexpr size_t kPoliciesPerAccount = 1500;
inline constexpr size_t kProvidersPerAccount = 100;
inline constexpr size_t kAttachedPolicies = 10;  // per user, group and role
inline constexpr size_t kGroupsPerUser = 10;
inline constexpr size_t kAccessKeysPerUser = 2;
inline constexpr size_t kVersionsPerPolicy = 5;
inline constexpr size_t kClientIdsPerProvider = 100;
inline constexpr size_t kThumbprintsPerProvider = 5;
// Characters without white space; of all inline policies of one entity together.
inline constexpr size_t kUserPolicySize = 2048;
inline constexpr size_t kGroupPolicySize = 5120;
inline constexpr size_t kRolePolicySize = 10240;
inline constexpr size_t kTrustPolicySize = 2048;
inline constexpr size_t kManagedPolicySize = 6144;

// "Cannot exceed quota for AccessKeysPerUser: 2"
inline std::unexpected<ApiError> QuotaExceeded(std::string_view quota, size_t limit) {
  return LimitExceeded(fmt::format("Cannot exceed quota for {}: {}", quota, limit));
}

}  // namespace kagimori::iam

#endif  // KAGIMORI_IAM_QUOTAS_H_
