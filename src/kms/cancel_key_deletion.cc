#include "kms/cancel_key_deletion.h"

namespace kagimori::kms {

Outcome<CancelKeyDeletion::Api> CancelKeyDeletion::Run(const Call&, Inputs key, const Request&, Trail&) {
  keys::Key after = key.resource();
  after.stored_state = keys::KeyState::kDisabled;
  after.deletion_due = std::nullopt;
  after.pending_window_days = 0;
  after.due_seen_uptime = 0;
  return Reply<Api>{.response = {.key_id = after.arn}, .change = ChangeOf(key.snapshot(), std::move(after))};
}

}  // namespace kagimori::kms
