#include "kms/enable_key.h"

namespace kagimori::kms {

Outcome<EnableKey::Api> EnableKey::Run(const Call&, Inputs key, const Request&, Trail& trail) {
  trail.key_arn = key.resource().arn;
  if (key.resource().stored_state == keys::KeyState::kEnabled) return Reply<Api>{};
  keys::Key after = key.resource();
  after.stored_state = keys::KeyState::kEnabled;
  return Reply<Api>{.response = {}, .change = ChangeOf(key.snapshot(), std::move(after))};
}

}  // namespace kagimori::kms
