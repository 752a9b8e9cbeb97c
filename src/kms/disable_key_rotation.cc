#include "kms/disable_key_rotation.h"

#include "kms/rotation_rules.h"

namespace kagimori::kms {

std::optional<shapes::OpError<DisableKeyRotation::Api>> DisableKeyRotation::CheckKey(const Request&,
                                                                                     const Inputs& key) {
  const keys::Key& of = key.resource();
  if (of.origin == keys::OriginType::kExternal) return shapes::Errors::UnsupportedOperation(WrongOrigin(of));
  return std::nullopt;
}

// Keys that cannot rotate are not refused (measured), and nothing is changed. A rotation on demand goes on.
Outcome<DisableKeyRotation::Api> DisableKeyRotation::Run(const Call&, Inputs key, const Request&, Trail& trail) {
  trail.key_arn = key.resource().arn;
  if (key.resource().rotation.period_days == 0) return Reply<Api>{};
  keys::Key after = key.resource();
  after.rotation.period_days = 0;
  after.rotation.next = {};
  return Reply<Api>{.response = {}, .change = ChangeOf(key.snapshot(), std::move(after))};
}

}  // namespace kagimori::kms
