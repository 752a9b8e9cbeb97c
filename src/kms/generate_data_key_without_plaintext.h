#ifndef KAGIMORI_KMS_GENERATE_DATA_KEY_WITHOUT_PLAINTEXT_H_
#define KAGIMORI_KMS_GENERATE_DATA_KEY_WITHOUT_PLAINTEXT_H_

#include "kms/data_key.h"
#include "kms/on_key.h"

namespace kagimori::kms {

struct GenerateDataKeyWithoutPlaintext
    : OnKey<shapes::op::GenerateDataKeyWithoutPlaintext, keys::action::GenerateDataKeyWithoutPlaintext> {
  static constexpr auto kUsage = shapes::KeyUsageType::kEncryptDecrypt;

  static std::optional<shapes::OpError<Api>> Check(const Request& request);
  static std::optional<shapes::OpError<Api>> CheckKey(const Request&, const Inputs& key) {
    return CheckWrappingKey<Api>(key.resource());
  }
  static Outcome<Api> Run(const Call& call, Inputs key, const Request& request, Trail& trail);
};

}  // namespace kagimori::kms

#endif  // KAGIMORI_KMS_GENERATE_DATA_KEY_WITHOUT_PLAINTEXT_H_
