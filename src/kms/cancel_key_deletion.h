#ifndef KAGIMORI_KMS_CANCEL_KEY_DELETION_H_
#define KAGIMORI_KMS_CANCEL_KEY_DELETION_H_

#include "kms/on_key.h"

namespace kagimori::kms {

struct CancelKeyDeletion : OnKey<shapes::op::CancelKeyDeletion, keys::action::CancelKeyDeletion> {
  static Outcome<Api> Run(const Call& call, Inputs key, const Request& request, Trail& trail);
};

}  // namespace kagimori::kms

#endif  // KAGIMORI_KMS_CANCEL_KEY_DELETION_H_
