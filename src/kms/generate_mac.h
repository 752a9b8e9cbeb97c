#ifndef KAGIMORI_KMS_GENERATE_MAC_H_
#define KAGIMORI_KMS_GENERATE_MAC_H_

#include "kms/on_key.h"

namespace kagimori::kms {

struct GenerateMac : OnKey<shapes::op::GenerateMac, keys::action::GenerateMac> {
  static constexpr auto kUsage = shapes::KeyUsageType::kGenerateVerifyMac;

  static std::optional<shapes::OpError<Api>> CheckKey(const Request& request, const Inputs& key);
  static Outcome<Api> Run(const Call& call, Inputs key, const Request& request, Trail& trail);
};

}  // namespace kagimori::kms

#endif  // KAGIMORI_KMS_GENERATE_MAC_H_
