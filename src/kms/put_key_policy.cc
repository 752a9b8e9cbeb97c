#include "kms/put_key_policy.h"

#include "keys/state_table.h"

namespace kagimori::kms {

Task<Resolved<PutKeyPolicy::Api, PutKeyPolicy::Inputs>> PutKeyPolicy::Resolve(Session& session,
                                                                              const Request& request) {
  using OpError = shapes::OpError<Api>;
  auto key = co_await ResolveKey<Api, Action>(session, request.key_id, FormsOf<Api>("KeyId"), {});
  if (!key) co_return std::unexpected(std::move(key).error());
  // The key's state comes before what is wrong with the policy.
  if (auto refused = keys::CheckState(Api::kOperation, key->resource()))
    co_return std::unexpected(OpError::From(*std::move(refused)));
  // Guess: the text.
  if (request.policy_name && *request.policy_name != kPolicyName) {
    co_return std::unexpected(
        OpError(shapes::Errors::UnsupportedOperation("The only supported policy name is default.")));
  }
  auto policy = co_await PrepareKeyPolicy(session, request.policy, key->resource(),
                                          request.bypass_policy_lockout_safety_check.value_or(false));
  if (!policy) co_return std::unexpected(OpError::From(std::move(policy).error()));
  co_return Inputs{std::move(*key), std::move(*policy)};
}

Outcome<PutKeyPolicy::Api> PutKeyPolicy::Run(const Call&, Inputs inputs, const Request&, Trail& trail) {
  trail.key_arn = inputs.key.resource().arn;
  keys::Key after = inputs.key.resource();
  SetPolicy(std::move(inputs.policy), &after);
  return Reply<Api>{.response = {}, .change = ChangeOf(inputs.key.snapshot(), std::move(after), {keys::Part::kPolicy})};
}

}  // namespace kagimori::kms
