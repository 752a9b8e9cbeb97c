#ifndef KAGIMORI_KMS_UPDATE_KEY_DESCRIPTION_H_
#define KAGIMORI_KMS_UPDATE_KEY_DESCRIPTION_H_

#include "kms/on_key.h"

namespace kagimori::kms {

struct UpdateKeyDescription : OnKey<shapes::op::UpdateKeyDescription, keys::action::UpdateKeyDescription> {
  static Outcome<Api> Run(const Call& call, Inputs key, const Request& request, Trail& trail);
};

}  // namespace kagimori::kms

#endif  // KAGIMORI_KMS_UPDATE_KEY_DESCRIPTION_H_
