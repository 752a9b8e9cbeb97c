#ifndef KAGIMORI_CRYPTO_KEY_UNWRAPPING_H_
#define KAGIMORI_CRYPTO_KEY_UNWRAPPING_H_

#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"
#include "crypto/key_pair.h"
#include "secret/secret_bytes.h"

// Key material that somebody else has made and wrapped for this program.
namespace kagimori::crypto {

enum class UnwrappingScheme : uint8_t {
  kOaepSha1,  // RSAES-OAEP, as EncryptionScheme
  kOaepSha256,
  // RSAES-OAEP of an AES-256 key, as long as the modulus, and behind it the material under that key: AES key wrap with
  // padding (RFC 5649).
  kOaepSha1AesWrap,
  kOaepSha256AesWrap,
  kSm2,
};

// kAuthentication for whatever does not unwrap, always with the same text. REQUIRES: an RSA key, or for kSm2 an SM2
// key.
Result<secret::SecretBytes> UnwrapWith(const PrivateKey& key, UnwrappingScheme scheme, ByteView wrapped);

// A private key in a form in which others write it: PKCS#8 (RFC 5208, 5958), DER or BER, any form of a point.
struct ImportedPair {
  secret::SecretBytes pkcs8;  // in the form that PrivateKey::Parse takes
  Bytes spki;
};
// kInvalid: not that or something behind it; another type, explicit curve parameters; an RSA modulus that is not the
// product of two primes, a point off its curve, halves that do not belong together. Takes long for RSA (a test of the
// primes).
Result<ImportedPair> ImportPrivateKey(KeyType type, const secret::SecretBytes& pkcs8);

}  // namespace kagimori::crypto

#endif  // KAGIMORI_CRYPTO_KEY_UNWRAPPING_H_
