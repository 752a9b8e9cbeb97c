#ifndef KAGIMORI_CRYPTO_HEDGED_H_
#define KAGIMORI_CRYPTO_HEDGED_H_

#include <initializer_list>

#include "base/bytes.h"
#include "secret/secret_bytes.h"

namespace kagimori::crypto {

// The salt of a one-message key: HMAC-SHA-256 under 32 fresh random bytes over the length-prefixed context and
// plaintext. As random as its key; and should the generator ever repeat itself (a cloned machine, a weak start), two
// different messages still get different salts, so that no one-message key is used twice. Gives nothing away about the
// plaintext while its random key is unknown.
ByteArray<32> HedgedSalt(std::initializer_list<ByteView> public_context, const secret::SecretBytes& plaintext);

}  // namespace kagimori::crypto

#endif  // KAGIMORI_CRYPTO_HEDGED_H_
