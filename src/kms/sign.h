#ifndef KAGIMORI_KMS_SIGN_H_
#define KAGIMORI_KMS_SIGN_H_

#include "kms/on_loaded_key.h"

namespace kagimori::kms {

struct Sign : OnLoadedKey<shapes::op::Sign, keys::action::Sign> {
  static constexpr auto kUsage = shapes::KeyUsageType::kSignVerify;

  static void FillDefaults(Request& request);
  static std::optional<shapes::OpError<Api>> CheckKey(const Request& request, const Inputs& key);
  static WorkCost CostOf(const Ready& key, const Request&) { return CostOfPrivateUse(key.key()); }
  static Outcome<Api> Run(const Call& call, Ready key, const Request& request, Trail& trail);
};

}  // namespace kagimori::kms

#endif  // KAGIMORI_KMS_SIGN_H_
