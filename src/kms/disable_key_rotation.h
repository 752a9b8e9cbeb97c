#ifndef KAGIMORI_KMS_DISABLE_KEY_ROTATION_H_
#define KAGIMORI_KMS_DISABLE_KEY_ROTATION_H_

#include <optional>

#include "kms/on_key.h"

namespace kagimori::kms {

struct DisableKeyRotation : OnKey<shapes::op::DisableKeyRotation, keys::action::DisableKeyRotation> {
  static std::optional<shapes::OpError<Api>> CheckKey(const Request& request, const Inputs& key);
  static Outcome<Api> Run(const Call& call, Inputs key, const Request& request, Trail& trail);
};

}  // namespace kagimori::kms

#endif  // KAGIMORI_KMS_DISABLE_KEY_ROTATION_H_
