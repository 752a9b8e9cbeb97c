#ifndef KAGIMORI_CRYPTO_RANDOM_H_
#define KAGIMORI_CRYPTO_RANDOM_H_

#include "base/bytes.h"
#include "secret/secret_bytes.h"

namespace kagimori::crypto {

// All randomness of the program comes from here. A failing generator ends the process: nothing may run without one.

// Fresh output of the private DRBG on every call: keys, salts, nonces, data keys.
void FillRandom(MutableByteView out);
secret::SecretBytes RandomSecret(size_t size);
template <size_t N>
secret::SecretArray<N> RandomSecretArray();  // defined for the sizes in use: 16, 32, 64

// Makes the calling thread's generator, if it has none yet. For SecretAllocations: made within one, it would lie in the
// arena, which a forked child does not inherit.
void PrepareThreadGenerator();

// From a buffer per thread that is refilled in blocks and wiped as it is used: ids that are public (request, event,
// UUIDs). Buffers are dropped in a forked child.
void FillRandomId(MutableByteView out);
ByteArray<16> RandomUuid();  // version 4

}  // namespace kagimori::crypto

#endif  // KAGIMORI_CRYPTO_RANDOM_H_
