#ifndef KAGIMORI_KMS_NEW_MATERIAL_H_
#define KAGIMORI_KMS_NEW_MATERIAL_H_

#include "crypto/key_pair.h"
#include "crypto/random.h"
#include "keys/key_spec.h"
#include "secret/secret_bytes.h"

namespace kagimori::kms {

// Of a key that gets material of Kagimori's own, as it is stored. Takes long for RSA.
inline secret::SecretBytes NewMaterialBytes(shapes::KeySpec spec) {
  const keys::KeySpecTraits& traits = keys::TraitsOf(spec);
  if (traits.type) return crypto::GenerateKeyPair(*traits.type).pkcs8;
  if (traits.hash) return crypto::RandomSecret(keys::MacKeySize(spec));
  return crypto::RandomSecret(32);
}

}  // namespace kagimori::kms

#endif  // KAGIMORI_KMS_NEW_MATERIAL_H_
