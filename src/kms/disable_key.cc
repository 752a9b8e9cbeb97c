#include "kms/disable_key.h"

namespace kagimori::kms {

Outcome<DisableKey::Api> DisableKey::Run(const Call&, Inputs key, const Request&, Trail& trail) {
  trail.key_arn = key.resource().arn;
  if (key.resource().stored_state == keys::KeyState::kDisabled) return Reply<Api>{};
  keys::Key after = key.resource();
  after.stored_state = keys::KeyState::kDisabled;
  return Reply<Api>{.response = {}, .change = ChangeOf(key.snapshot(), std::move(after))};
}

}  // namespace kagimori::kms
