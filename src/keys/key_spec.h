#ifndef KAGIMORI_KEYS_KEY_SPEC_H_
#define KAGIMORI_KEYS_KEY_SPEC_H_

#include <optional>
#include <span>
#include <string_view>

#include "crypto/asymmetric_encryption.h"
#include "crypto/hash.h"
#include "crypto/key_type.h"
#include "crypto/signature.h"
#include "shapes/kms_enums.h"

// What the API says about each key spec, as one table (AWS KMS developer guide, "Key spec reference"), and its names in
// terms of crypto/.
namespace kagimori::keys {

struct KeySpecTraits {
  std::optional<crypto::KeyType> type = {};        // of an asymmetric key
  std::optional<crypto::HashAlgorithm> hash = {};  // of an HMAC key
  std::span<const shapes::KeyUsageType> usages = {};
  // For the usage that has them, in the service's order (clients use the first).
  std::span<const shapes::EncryptionAlgorithmSpec> encryption = {};
  std::span<const shapes::SigningAlgorithmSpec> signing = {};
  std::span<const shapes::MacAlgorithmSpec> mac = {};
  std::span<const shapes::KeyAgreementAlgorithmSpec> agreement = {};
  std::span<const shapes::EncapsulationAlgorithmSpec> encapsulation = {};
  bool importable = true;  // origin EXTERNAL
};
const KeySpecTraits& TraitsOf(shapes::KeySpec spec);

inline bool IsAsymmetric(shapes::KeySpec spec) { return TraitsOf(spec).type.has_value(); }
bool Allows(shapes::KeySpec spec, shapes::KeyUsageType usage);

// Bytes of new material of an HMAC key: its tag's length.
size_t MacKeySize(shapes::KeySpec spec);

crypto::SignatureScheme SchemeOf(shapes::SigningAlgorithmSpec algorithm);
// REQUIRES: not SYMMETRIC_DEFAULT.
crypto::EncryptionScheme SchemeOf(shapes::EncryptionAlgorithmSpec algorithm);
crypto::KeyType TypeOf(shapes::DataKeyPairSpec spec);

}  // namespace kagimori::keys

#endif  // KAGIMORI_KEYS_KEY_SPEC_H_
