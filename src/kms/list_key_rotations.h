#ifndef KAGIMORI_KMS_LIST_KEY_ROTATIONS_H_
#define KAGIMORI_KMS_LIST_KEY_ROTATIONS_H_

#include <optional>

#include "kms/on_key.h"

namespace kagimori::kms {

struct ListKeyRotations : OnKey<shapes::op::ListKeyRotations, keys::action::ListKeyRotations> {
  static std::optional<shapes::OpError<Api>> CheckKey(const Request& request, const Inputs& key);
  static Outcome<Api> Run(const Call& call, Inputs key, const Request& request, Trail& trail);
};

}  // namespace kagimori::kms

#endif  // KAGIMORI_KMS_LIST_KEY_ROTATIONS_H_
