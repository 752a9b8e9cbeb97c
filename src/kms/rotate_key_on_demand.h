#ifndef KAGIMORI_KMS_ROTATE_KEY_ON_DEMAND_H_
#define KAGIMORI_KMS_ROTATE_KEY_ON_DEMAND_H_

#include <optional>

#include "kms/on_key.h"

namespace kagimori::kms {

struct RotateKeyOnDemand : OnKey<shapes::op::RotateKeyOnDemand, keys::action::RotateKeyOnDemand> {
  static std::optional<shapes::OpError<Api>> CheckKey(const Request& request, const Inputs& key);
  static Outcome<Api> Run(const Call& call, Inputs key, const Request& request, Trail& trail);
};

}  // namespace kagimori::kms

#endif  // KAGIMORI_KMS_ROTATE_KEY_ON_DEMAND_H_
