#ifndef KAGIMORI_KMS_KEY_ALGORITHMS_H_
#define KAGIMORI_KMS_KEY_ALGORITHMS_H_

#include "keys/key.h"
#include "keys/key_spec.h"
#include "shapes/kms.h"

namespace kagimori::kms {

// The one list of algorithms that goes with the key's usage, as KeyMetadata and GetPublicKey show it.
template <class Response>
void FillAlgorithms(const keys::Key& key, Response* response) {
  const keys::KeySpecTraits& traits = keys::TraitsOf(key.spec);
  const auto fill = [](const auto& list, auto* member) { member->emplace(list.begin(), list.end()); };
  switch (key.usage) {
    case keys::KeyUsageType::kEncryptDecrypt:
      return fill(traits.encryption, &response->encryption_algorithms);
    case keys::KeyUsageType::kSignVerify:
      return fill(traits.signing, &response->signing_algorithms);
    case keys::KeyUsageType::kGenerateVerifyMac:
      if constexpr (requires { response->mac_algorithms; }) fill(traits.mac, &response->mac_algorithms);
      return;
    case keys::KeyUsageType::kKeyAgreement:
      return fill(traits.agreement, &response->key_agreement_algorithms);
    case keys::KeyUsageType::kEncapsulateDecapsulate:
      return fill(traits.encapsulation, &response->encapsulation_algorithms);
  }
}

}  // namespace kagimori::kms

#endif  // KAGIMORI_KMS_KEY_ALGORITHMS_H_
