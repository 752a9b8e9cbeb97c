#include "kms/disable_key.h"

#include "kms/usage_facts.h"

namespace kagimori::kms {

Task<Resolved<DisableKey::Api, DisableKey::Inputs>> DisableKey::Resolve(Session& session, const Request& request) {
  return ResolveWithUsage<Api, Action>(session, request.key_id);
}

Outcome<DisableKey::Api> DisableKey::Run(const Call&, Inputs key, const Request&, Trail& trail) {
  trail.key_arn = key.resource().arn;
  if (key.resource().stored_state == keys::KeyState::kDisabled) return Reply<Api>{};
  keys::Key after = key.resource();
  after.stored_state = keys::KeyState::kDisabled;
  return Reply<Api>{.response = {}, .change = ChangeOf(key.snapshot(), std::move(after))};
}

}  // namespace kagimori::kms
