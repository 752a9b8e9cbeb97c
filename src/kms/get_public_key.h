#ifndef KAGIMORI_KMS_GET_PUBLIC_KEY_H_
#define KAGIMORI_KMS_GET_PUBLIC_KEY_H_

#include <memory>
#include <optional>

#include "kms/on_key.h"

namespace kagimori::kms {

struct GetPublicKey : OnKey<shapes::op::GetPublicKey, keys::action::GetPublicKey> {
  struct Ready {
    std::shared_ptr<const keys::Key> key;
    Bytes public_key;
  };

  static std::optional<shapes::OpError<Api>> CheckKey(const Request& request, const Inputs& key);
  static std::optional<Ready> ReadyNow(Session& session, Inputs& inputs);
  static Task<Result<Ready>> MakeReady(Session& session, Inputs inputs);
  static Outcome<Api> Run(const Call& call, Ready ready, const Request& request, Trail& trail);
};

}  // namespace kagimori::kms

#endif  // KAGIMORI_KMS_GET_PUBLIC_KEY_H_
