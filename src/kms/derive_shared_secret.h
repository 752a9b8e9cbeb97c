#ifndef KAGIMORI_KMS_DERIVE_SHARED_SECRET_H_
#define KAGIMORI_KMS_DERIVE_SHARED_SECRET_H_

#include "kms/on_loaded_key.h"

namespace kagimori::kms {

struct DeriveSharedSecret : OnLoadedKey<shapes::op::DeriveSharedSecret, keys::action::DeriveSharedSecret> {
  static constexpr auto kUsage = shapes::KeyUsageType::kKeyAgreement;

  static std::optional<shapes::OpError<Api>> CheckKey(const Request& request, const Inputs& key);
  static WorkCost CostOf(const Ready&, const Request&) { return WorkCost::kLong; }
  static Outcome<Api> Run(const Call& call, Ready key, const Request& request, Trail& trail);
};

}  // namespace kagimori::kms

#endif  // KAGIMORI_KMS_DERIVE_SHARED_SECRET_H_
