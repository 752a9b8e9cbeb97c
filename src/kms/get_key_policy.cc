#include "kms/get_key_policy.h"

#include <utility>

#include "kms/key_policy.h"

namespace kagimori::kms {

Task<Resolved<GetKeyPolicy::Api, GetKeyPolicy::Inputs>> GetKeyPolicy::Resolve(Session& session,
                                                                              const Request& request) {
  auto key = co_await ResolveKey<Api, Action>(session, request.key_id, FormsOf<Api>("KeyId"), {});
  if (!key) co_return std::unexpected(std::move(key).error());
  Result<std::string> shown = co_await ShownPolicy(session, key->snapshot());
  if (!shown) co_return std::unexpected(shapes::OpError<Api>::From(Internal(std::move(shown).error(), session.trail)));
  co_return Inputs{std::move(*key), *std::move(shown)};
}

Outcome<GetKeyPolicy::Api> GetKeyPolicy::Run(const Call&, Inputs inputs, const Request& request, Trail&) {
  if (request.policy_name && *request.policy_name != kPolicyName)
    return Refuse<Api>(shapes::Errors::NotFound("No such policy exists"));
  return Reply<Api>{.response = {.policy = std::move(inputs.shown), .policy_name = std::string(kPolicyName)},
                    .change = std::nullopt};
}

}  // namespace kagimori::kms
