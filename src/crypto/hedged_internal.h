#ifndef KAGIMORI_CRYPTO_HEDGED_INTERNAL_H_
#define KAGIMORI_CRYPTO_HEDGED_INTERNAL_H_

#include <initializer_list>
#include <span>

#include "base/bytes.h"

// HedgedSalt with its randomness as an argument: for hedged.cc, and for tests, which repeat it.
namespace kagimori::crypto::internal {

ByteArray<32> HedgedSaltFrom(std::span<const uint8_t, 32> randomness, std::initializer_list<ByteView> public_context,
                             ByteView plaintext);

}  // namespace kagimori::crypto::internal

#endif  // KAGIMORI_CRYPTO_HEDGED_INTERNAL_H_
