#ifndef KAGIMORI_KMS_GET_PUBLIC_KEY_H_
#define KAGIMORI_KMS_GET_PUBLIC_KEY_H_

#include "kms/on_loaded_key.h"

namespace kagimori::kms {

struct GetPublicKey : OnLoadedKey<shapes::op::GetPublicKey, keys::action::GetPublicKey> {
  static std::optional<shapes::OpError<Api>> CheckKey(const Request& request, const Inputs& key);
  static Outcome<Api> Run(const Call& call, Ready key, const Request& request, Trail& trail);
};

}  // namespace kagimori::kms

#endif  // KAGIMORI_KMS_GET_PUBLIC_KEY_H_
