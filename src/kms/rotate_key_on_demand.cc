#include "kms/rotate_key_on_demand.h"

#include <string>

#include "kms/rotation_rules.h"

namespace kagimori::kms {
namespace {

using Api = RotateKeyOnDemand::Api;
using shapes::Errors;

// What may stand against another rotation now. Guess: ConflictException and its texts.
std::optional<shapes::OpError<Api>> WhyNot(const keys::Key& key, Timestamp now) {
  if (key.origin == keys::OriginType::kExternal && !(key.staged && key.staged->PresentAt(now)))
    return Errors::KmsInvalidState("No available key material pending rotation for the key: " + key.arn + ".");
  if (key.rotation.on_demand_count >= keys::kMostOnDemandRotations) {
    return Errors::LimitExceeded(
        "The on-demand rotations limit has been reached for the given keyId. No more on-demand rotations can be "
        "performed for this key: " +
        key.arn);
  }
  if (key.rotation.on_demand_started)
    return Errors::Conflict("An on-demand rotation is already in progress for the key: " + key.arn + ".");
  if (key.rotation.period_days != 0 && key.rotation.next <= now + keys::kRotationConflict)
    return Errors::Conflict("An automatic rotation is in progress or about to begin for the key: " + key.arn + ".");
  return std::nullopt;
}

}  // namespace

std::optional<shapes::OpError<Api>> RotateKeyOnDemand::CheckKey(const Request&, const Inputs& key) {
  if (!keys::CanRotate(key.resource())) return Errors::UnsupportedOperation();
  return std::nullopt;
}

// The rotation itself is the background's (keys/scheduled_material.h), which it is due for at once. Until then the old
// material encrypts.
Outcome<Api> RotateKeyOnDemand::Run(const Call& call, Inputs key, const Request&, Trail&) {
  if (auto refused = WhyNot(key.resource(), call.now)) return Refuse<Api>(*std::move(refused));
  keys::Key after = key.resource();
  ++after.rotation.on_demand_count;
  after.rotation.on_demand_started = call.now;
  return Reply<Api>{.response = {.key_id = after.arn}, .change = ChangeOf(key.snapshot(), std::move(after))};
}

}  // namespace kagimori::kms
