#ifndef KAGIMORI_KMS_ENCAPSULATE_H_
#define KAGIMORI_KMS_ENCAPSULATE_H_

#include "kms/on_loaded_key.h"

namespace kagimori::kms {

struct Encapsulate : OnLoadedKey<shapes::op::Encapsulate, keys::action::Encapsulate> {
  static constexpr auto kUsage = shapes::KeyUsageType::kEncapsulateDecapsulate;

  static WorkCost CostOf(const Ready& key, const Request&) { return CostOfPublicUse(key.key()); }
  static Outcome<Api> Run(const Call& call, Ready key, const Request& request, Trail& trail);
};

}  // namespace kagimori::kms

#endif  // KAGIMORI_KMS_ENCAPSULATE_H_
