#ifndef KAGIMORI_KMS_DECAPSULATE_H_
#define KAGIMORI_KMS_DECAPSULATE_H_

#include "kms/on_loaded_key.h"

namespace kagimori::kms {

struct Decapsulate : OnLoadedKey<shapes::op::Decapsulate, keys::action::Decapsulate> {
  static constexpr auto kUsage = shapes::KeyUsageType::kEncapsulateDecapsulate;

  static WorkCost CostOf(const Ready& key, const Request&) { return CostOfPrivateUse(key.key()); }
  static Outcome<Api> Run(const Call& call, Ready key, const Request& request, Trail& trail);
};

}  // namespace kagimori::kms

#endif  // KAGIMORI_KMS_DECAPSULATE_H_
