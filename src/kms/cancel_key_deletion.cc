#include "kms/cancel_key_deletion.h"

#include "keys/material_life.h"

namespace kagimori::kms {

Outcome<CancelKeyDeletion::Api> CancelKeyDeletion::Run(const Call& call, Inputs key, const Request&, Trail&) {
  keys::Key after = key.resource();
  // Guess: a key whose material is not all there waits for it again; disabled, it could be enabled without.
  const bool lacks_material = after.origin == keys::OriginType::kExternal && !keys::HasAllMaterial(after, call.now);
  after.stored_state = lacks_material ? keys::KeyState::kPendingImport : keys::KeyState::kDisabled;
  after.deletion_due = std::nullopt;
  after.pending_window_days = 0;
  after.due_seen_uptime = 0;
  return Reply<Api>{.response = {.key_id = after.arn}, .change = ChangeOf(key.snapshot(), std::move(after))};
}

}  // namespace kagimori::kms
