#ifndef KAGIMORI_KMS_GET_KEY_POLICY_H_
#define KAGIMORI_KMS_GET_KEY_POLICY_H_

#include "kms/on_key.h"

namespace kagimori::kms {

struct GetKeyPolicy : OnKey<shapes::op::GetKeyPolicy, keys::action::GetKeyPolicy> {
  static Outcome<Api> Run(const Call& call, Inputs key, const Request& request, Trail& trail);
};

}  // namespace kagimori::kms

#endif  // KAGIMORI_KMS_GET_KEY_POLICY_H_
