#ifndef KAGIMORI_CRYPTO_AEAD_INTERNAL_H_
#define KAGIMORI_CRYPTO_AEAD_INTERNAL_H_

#include <initializer_list>
#include <span>

#include "base/bytes.h"
#include "crypto/aead.h"

// AES-256-GCM with its nonce as an argument: for aead.cc, and for tests, whose vectors have nonces.
namespace kagimori::crypto::internal {

using GcmKey = std::span<const uint8_t, 32>;
using GcmNonce = std::span<const uint8_t, 12>;

void Seal(GcmKey key, GcmNonce nonce, std::initializer_list<ByteView> associated, ByteView plaintext, Bytes* out);
Result<secret::SecretBytes> Open(GcmKey key, GcmNonce nonce, std::initializer_list<ByteView> associated,
                                 ByteView ciphertext_and_tag);

}  // namespace kagimori::crypto::internal

#endif  // KAGIMORI_CRYPTO_AEAD_INTERNAL_H_
