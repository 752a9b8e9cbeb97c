#include "kms/get_key_policy.h"

#include "keys/default_policy.h"
#include "kms/key_policy.h"

namespace kagimori::kms {

Outcome<GetKeyPolicy::Api> GetKeyPolicy::Run(const Call&, Inputs key, const Request& request, Trail&) {
  if (request.policy_name && *request.policy_name != kPolicyName)
    return Refuse<Api>(shapes::Errors::NotFound("No such policy exists"));
  const keys::Key& resource = key.resource();
  std::string policy =
      resource.policy ? *resource.policy : keys::DefaultKeyPolicy(resource.name.account, resource.name.region);
  return Reply<Api>{.response = {.policy = std::move(policy), .policy_name = std::string(kPolicyName)},
                    .change = std::nullopt};
}

}  // namespace kagimori::kms
