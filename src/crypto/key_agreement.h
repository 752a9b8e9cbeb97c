#ifndef KAGIMORI_CRYPTO_KEY_AGREEMENT_H_
#define KAGIMORI_CRYPTO_KEY_AGREEMENT_H_

#include "base/bytes.h"
#include "base/result.h"
#include "crypto/key_pair.h"
#include "secret/secret_bytes.h"

namespace kagimori::crypto {

// Cofactor ECDH (SP 800-56A rev. 3, 5.7.1.2): the x-coordinate, as long as the field's elements (32, 48, 66 bytes).
// REQUIRES: both of one type, a NIST curve or SM2; a parsed PublicKey is on its curve. Breaking it is kInternal.
Result<secret::SecretBytes> AgreeOnSecret(const PrivateKey& key, const PublicKey& peer);

inline constexpr size_t kKemSecretSize = 32;
struct Encapsulated {
  secret::SecretBytes secret;  // 32 bytes
  Bytes ciphertext;            // 768, 1088 or 1568 bytes
};
// ML-KEM (FIPS 203). REQUIRES (both): an ML-KEM key.
Result<Encapsulated> Encapsulate(const PublicKey& key);
// kInvalid for a ciphertext of another length. Any other wrong one gives a secret that nobody else has: implicit
// rejection.
Result<secret::SecretBytes> Decapsulate(const PrivateKey& key, ByteView ciphertext);

}  // namespace kagimori::crypto

#endif  // KAGIMORI_CRYPTO_KEY_AGREEMENT_H_
