#ifndef KAGIMORI_KMS_KEY_POLICY_H_
#define KAGIMORI_KMS_KEY_POLICY_H_

#include "kms/operation.h"

namespace kagimori::kms {

// What CreateKey and PutKeyPolicy do with a policy before it is kept.

inline constexpr std::string_view kPolicyName = "default";
inline constexpr size_t kMaxPolicyBytes = 32768;

// Size, JSON, and, as long as policies are not evaluated, whether this deployment takes any but the default one.
// Nothing: it may be kept.
std::optional<shapes::ApiError> CheckKeyPolicy(std::string_view policy, AccountId account, Region region,
                                               CustomPolicies custom);

// As it is kept: byte for byte, or nothing for the default policy as GetKeyPolicy prints it.
std::optional<std::string> StoredPolicy(std::string policy, AccountId account, Region region);

}  // namespace kagimori::kms

#endif  // KAGIMORI_KMS_KEY_POLICY_H_
