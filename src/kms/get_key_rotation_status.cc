#include "kms/get_key_rotation_status.h"

namespace kagimori::kms {

// A key that waits for its deletion shows no rotation, and has it again when the deletion is cancelled. Guess: one that
// is disabled shows when its rotation would be.
Outcome<GetKeyRotationStatus::Api> GetKeyRotationStatus::Run(const Call&, Inputs key, const Request&, Trail&) {
  const keys::Key& of = key.resource();
  shapes::GetKeyRotationStatusResponse response;
  response.key_id = of.arn;
  const bool on = of.rotation.period_days != 0 && of.stored_state != keys::KeyState::kPendingDeletion;
  response.key_rotation_enabled = on;
  if (on) {
    response.rotation_period_in_days = static_cast<int32_t>(of.rotation.period_days);
    response.next_rotation_date = of.rotation.next;
  }
  response.on_demand_rotation_start_date = of.rotation.on_demand_started;
  return Reply<Api>{.response = std::move(response), .change = std::nullopt};
}

}  // namespace kagimori::kms
