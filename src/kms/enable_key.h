#ifndef KAGIMORI_KMS_ENABLE_KEY_H_
#define KAGIMORI_KMS_ENABLE_KEY_H_

#include "kms/on_key.h"

namespace kagimori::kms {

struct EnableKey : OnKey<shapes::op::EnableKey, keys::action::EnableKey> {
  static Outcome<Api> Run(const Call& call, Inputs key, const Request& request, Trail& trail);
};

}  // namespace kagimori::kms

#endif  // KAGIMORI_KMS_ENABLE_KEY_H_
