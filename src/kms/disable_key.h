#ifndef KAGIMORI_KMS_DISABLE_KEY_H_
#define KAGIMORI_KMS_DISABLE_KEY_H_

#include "kms/on_key.h"

namespace kagimori::kms {

struct DisableKey : OnKey<shapes::op::DisableKey, keys::action::DisableKey> {
  static Task<Resolved<Api, Inputs>> Resolve(Session& session, const Request& request);
  static Outcome<Api> Run(const Call& call, Inputs key, const Request& request, Trail& trail);
};

}  // namespace kagimori::kms

#endif  // KAGIMORI_KMS_DISABLE_KEY_H_
