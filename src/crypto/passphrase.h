#ifndef KAGIMORI_CRYPTO_PASSPHRASE_H_
#define KAGIMORI_CRYPTO_PASSPHRASE_H_

#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"
#include "secret/secret_bytes.h"

namespace kagimori::crypto {

// Argon2id (RFC 9106), memory-hard. Takes long and much memory on purpose; never call it on a request's thread.
struct Argon2Parameters {
  uint32_t memory_kib = 262'144;  // 256 MiB
  uint32_t passes = 3;
  uint32_t lanes = 1;
};

// Bounds on parameters read from a slot file, so that a forged one can neither exhaust memory nor weaken the key:
// 8 MiB..4 GiB, 1..64 passes, 1..16 lanes. kInvalid outside them, kLimit when the memory cannot be had.
Result<secret::SecretKey256> StretchPassphrase(const secret::SecretBytes& passphrase, ByteView salt,
                                               const Argon2Parameters& parameters);

}  // namespace kagimori::crypto

#endif  // KAGIMORI_CRYPTO_PASSPHRASE_H_
