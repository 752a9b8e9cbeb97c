#ifndef KAGIMORI_CRYPTO_HASH_INTERNAL_H_
#define KAGIMORI_CRYPTO_HASH_INTERNAL_H_

#include <openssl/evp.h>

#include "base/bytes.h"
#include "crypto/hash.h"

// Private to crypto/.
namespace kagimori::crypto::internal {

// Fetched once; constants of the process.
const EVP_MD* HashFunction(HashAlgorithm algorithm);
// As OpenSSL's parameters name it.
const char* HashName(HashAlgorithm algorithm);

// The hash of a message, which may be a secret: what the library keeps of it is wiped. REQUIRES: digest.size() ==
// HashSize(algorithm).
void ComputeHash(HashAlgorithm algorithm, ByteView message, MutableByteView digest);

}  // namespace kagimori::crypto::internal

#endif  // KAGIMORI_CRYPTO_HASH_INTERNAL_H_
