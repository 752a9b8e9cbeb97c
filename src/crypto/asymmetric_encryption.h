#ifndef KAGIMORI_CRYPTO_ASYMMETRIC_ENCRYPTION_H_
#define KAGIMORI_CRYPTO_ASYMMETRIC_ENCRYPTION_H_

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"
#include "crypto/key_pair.h"
#include "secret/secret_bytes.h"

namespace kagimori::crypto {

enum class EncryptionScheme : uint8_t {
  kOaepSha1,  // RSAES-OAEP (RFC 8017 section 7.1), empty label, MGF1 with the same hash
  kOaepSha256,
  kSm2,  // GB/T 32918.4: DER SEQUENCE { x, y, SM3 hash, ciphertext }
};

// AWS KMS's limit for SM2PKE; the algorithm itself has none.
inline constexpr size_t kSm2MaxPlaintext = 1024;

bool Fits(KeyType type, EncryptionScheme scheme);
// The most bytes that one ciphertext of the scheme holds. REQUIRES: Fits.
size_t MaxPlaintextSize(KeyType type, EncryptionScheme scheme);

// REQUIRES: Fits; 0 < plaintext.size() <= MaxPlaintextSize. Breaking it is kInternal.
Result<Bytes> EncryptWith(const PublicKey& key, EncryptionScheme scheme, const secret::SecretBytes& plaintext);

// kAuthentication for every ciphertext that is none, always with the same text, and for RSA ciphertexts of the modulus'
// length in a time that does not depend on what is wrong with them. `sm2_most`: the longest plaintext that a ciphertext
// of SM2 may have here. REQUIRES: Fits.
Result<secret::SecretBytes> DecryptWith(const PrivateKey& key, EncryptionScheme scheme, ByteView ciphertext,
                                        size_t sm2_most = kSm2MaxPlaintext);

}  // namespace kagimori::crypto

#endif  // KAGIMORI_CRYPTO_ASYMMETRIC_ENCRYPTION_H_
