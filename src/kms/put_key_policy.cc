#include "kms/put_key_policy.h"

#include "kms/key_policy.h"

namespace kagimori::kms {

Outcome<PutKeyPolicy::Api> PutKeyPolicy::Run(const Call& call, Inputs key, const Request& request, Trail& trail) {
  trail.key_arn = key.resource().arn;
  // Guess: the text.
  if (request.policy_name && *request.policy_name != kPolicyName) {
    return Refuse<Api>(shapes::Errors::UnsupportedOperation("The only supported policy name is default."));
  }
  const keys::KeyName& name = key.resource().name;
  if (auto refused = CheckKeyPolicy(request.policy, name.account, name.region, call.custom_policies)) {
    return Refuse<Api>(shapes::OpError<Api>::From(*std::move(refused)));
  }
  keys::Key after = key.resource();
  after.policy = StoredPolicy(request.policy, name.account, name.region);
  return Reply<Api>{.response = {}, .change = ChangeOf(key.snapshot(), std::move(after), {keys::Part::kPolicy})};
}

}  // namespace kagimori::kms
