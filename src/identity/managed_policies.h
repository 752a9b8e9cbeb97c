#ifndef KAGIMORI_IDENTITY_MANAGED_POLICIES_H_
#define KAGIMORI_IDENTITY_MANAGED_POLICIES_H_

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "identity/entities.h"

namespace kagimori::identity {

// AWS managed policies that are built in: in every account, immutable, and of no record. Documents as AWS publishes
// them, except where docs/iam.md says that one is restricted to what concerns the services here.

// "arn:aws:iam::aws:policy/AdministratorAccess". Null: none of them.
std::shared_ptr<const ManagedPolicy> FindAwsManagedPolicy(std::string_view arn);

// By ARN.
const std::map<std::string, std::shared_ptr<const ManagedPolicy>, std::less<>>& AwsManagedPolicies();

}  // namespace kagimori::identity

#endif  // KAGIMORI_IDENTITY_MANAGED_POLICIES_H_
