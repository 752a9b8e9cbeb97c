#include "kms/list_key_policies.h"

#include "kms/key_policy.h"

namespace kagimori::kms {

// There is one name, so there is never a second page and never a marker that was given out. (The operation's model has
// no InvalidMarkerException; a marker is passed over.)
Outcome<ListKeyPolicies::Api> ListKeyPolicies::Run(const Call&, Inputs, const Request&, Trail&) {
  shapes::ListKeyPoliciesResponse response;
  response.policy_names = {std::string(kPolicyName)};
  response.truncated = false;
  return Reply<Api>{.response = std::move(response), .change = std::nullopt};
}

}  // namespace kagimori::kms
