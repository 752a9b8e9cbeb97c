#ifndef KAGIMORI_KMS_GET_KEY_ROTATION_STATUS_H_
#define KAGIMORI_KMS_GET_KEY_ROTATION_STATUS_H_

#include "kms/on_key.h"

namespace kagimori::kms {

struct GetKeyRotationStatus : OnKey<shapes::op::GetKeyRotationStatus, keys::action::GetKeyRotationStatus> {
  static Outcome<Api> Run(const Call& call, Inputs key, const Request& request, Trail& trail);
};

}  // namespace kagimori::kms

#endif  // KAGIMORI_KMS_GET_KEY_ROTATION_STATUS_H_
