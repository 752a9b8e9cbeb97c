#ifndef KAGIMORI_CRYPTO_KEY_TYPE_INTERNAL_H_
#define KAGIMORI_CRYPTO_KEY_TYPE_INTERNAL_H_

#include <cstddef>

#include "base/bytes.h"
#include "crypto/key_type.h"

// Private to crypto/: what the libraries and the standards call a type of key.
namespace kagimori::crypto {

struct KeyTypeTraits {
  const char* name;              // for the operator
  const char* openssl_name;      // of the key type in OpenSSL's providers
  const char* group;             // of an elliptic curve, as OpenSSL names it; null for the others
  int modulus_bits;              // of RSA; 0 for the others
  const char* spki_prefix_hex;   // all of a SubjectPublicKeyInfo before the public key's own bytes; null for RSA
  size_t public_size;            // bytes of the public key behind the prefix
  const char* pkcs8_prefix_hex;  // all of a PKCS#8 structure before the seed, for types stored as one; else null
  size_t seed_size;              // bytes of that seed
};
const KeyTypeTraits& TraitsOf(KeyType type);

// Decodes a constant of the table above.
Bytes PrefixBytes(const char* hex);

}  // namespace kagimori::crypto

#endif  // KAGIMORI_CRYPTO_KEY_TYPE_INTERNAL_H_
