#include "kms/enable_key_rotation.h"

#include "kms/rotation_rules.h"

namespace kagimori::kms {

void EnableKeyRotation::FillDefaults(Request& request) {
  if (!request.rotation_period_in_days)
    request.rotation_period_in_days = static_cast<int32_t>(keys::kDefaultRotationDays);
}

// Guess: of an imported key that has no rotation either, the origin is what is told.
std::optional<shapes::OpError<EnableKeyRotation::Api>> EnableKeyRotation::CheckKey(const Request&, const Inputs& key) {
  const keys::Key& of = key.resource();
  if (of.origin == keys::OriginType::kExternal) return shapes::Errors::UnsupportedOperation(WrongOrigin(of));
  if (!keys::CanRotate(of)) return shapes::Errors::UnsupportedOperation();
  return std::nullopt;
}

// Of a key whose rotation is on the period changes, and the next date is counted from now.
Outcome<EnableKeyRotation::Api> EnableKeyRotation::Run(const Call& call, Inputs key, const Request& request,
                                                       Trail& trail) {
  trail.key_arn = key.resource().arn;
  keys::Key after = key.resource();
  keys::StartRotation(static_cast<uint32_t>(*request.rotation_period_in_days), call.now, &after);
  return Reply<Api>{.response = {}, .change = ChangeOf(key.snapshot(), std::move(after))};
}

}  // namespace kagimori::kms
