#ifndef KAGIMORI_CRYPTO_AEAD_H_
#define KAGIMORI_CRYPTO_AEAD_H_

#include <initializer_list>

#include "base/bytes.h"
#include "base/result.h"
#include "secret/secret_bytes.h"

namespace kagimori::crypto {

inline constexpr size_t kGcmTagSize = 16;

// AES-256-GCM (SP 800-38D) under a key that is used for exactly one message. Because of that the nonce is fixed (12
// zero bytes) and not an argument: a caller who has no fresh key per message must not be here. The types cannot enforce
// the freshness; every caller derives its key from a salt of 32 random bytes.
//
// `associated` is authenticated in the given order, concatenated; callers length-prefix what is ambiguous.
// Appends ciphertext || tag (plaintext.size() + 16 bytes) to `out`. Views in `associated` may lie in `*out`: they are
// read before it grows.
void SealOnce(const secret::SecretKey256& one_message_key, std::initializer_list<ByteView> associated,
              const secret::SecretBytes& plaintext, Bytes* out);

// kAuthentication when the tag does not match; then nothing of the plaintext is given out.
Result<secret::SecretBytes> OpenOnce(const secret::SecretKey256& one_message_key,
                                     std::initializer_list<ByteView> associated, ByteView ciphertext_and_tag);

// Overwrites the key schedule that this thread's last SealOnce or OpenOnce left behind. Each call overwrites the one
// before it, but the last key of a burst would stay in OpenSSL's heap for as long as the thread idles. Wiping within
// each call would cost 80 ns of 170 (the GHASH tables are computed anew), so a core does it once a turn
// (net::Core::AddTurnEndHook); it costs nothing when there is nothing to forget.
void ForgetThreadKeys();
// The same, for a thread that calls it at the end of each of its turns: from the first call on it keeps the last key
// from one call here to the next, which saves setting a key twice a message. Every other thread forgets within each
// call.
void ForgetThreadKeysEachTurn();

}  // namespace kagimori::crypto

#endif  // KAGIMORI_CRYPTO_AEAD_H_
