#ifndef KAGIMORI_CRYPTO_HASH_H_
#define KAGIMORI_CRYPTO_HASH_H_

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "secret/secret_bytes.h"

namespace kagimori::crypto {

enum class HashAlgorithm : uint8_t { kSha1, kSha224, kSha256, kSha384, kSha512, kSm3 };

size_t HashSize(HashAlgorithm algorithm);  // bytes

// HMAC (FIPS 198-1), not truncated. SHA-224, 256, 384 and 512 alone.
Bytes Hmac(HashAlgorithm algorithm, const secret::SecretBytes& key, const secret::SecretBytes& message);

}  // namespace kagimori::crypto

#endif  // KAGIMORI_CRYPTO_HASH_H_
