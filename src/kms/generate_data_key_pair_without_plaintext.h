#ifndef KAGIMORI_KMS_GENERATE_DATA_KEY_PAIR_WITHOUT_PLAINTEXT_H_
#define KAGIMORI_KMS_GENERATE_DATA_KEY_PAIR_WITHOUT_PLAINTEXT_H_

#include "kms/data_key_pair.h"

namespace kagimori::kms {

struct GenerateDataKeyPairWithoutPlaintext
    : OnKey<shapes::op::GenerateDataKeyPairWithoutPlaintext, keys::action::GenerateDataKeyPairWithoutPlaintext> {
  static constexpr auto kUsage = shapes::KeyUsageType::kEncryptDecrypt;

  static std::optional<shapes::OpError<Api>> CheckKey(const Request&, const Inputs& key) {
    return CheckWrappingKey<Api>(key.resource());
  }
  static WorkCost CostOf(const Inputs&, const Request& request) { return CostOfPair(request.key_pair_spec); }
  static Outcome<Api> Run(const Call& call, Inputs key, const Request& request, Trail& trail);
};

}  // namespace kagimori::kms

#endif  // KAGIMORI_KMS_GENERATE_DATA_KEY_PAIR_WITHOUT_PLAINTEXT_H_
