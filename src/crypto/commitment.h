#ifndef KAGIMORI_CRYPTO_COMMITMENT_H_
#define KAGIMORI_CRYPTO_COMMITMENT_H_

#include "base/bytes.h"
#include "secret/secret_bytes.h"

namespace kagimori::crypto {

// A key commitment is public once it stands in a ciphertext: this is where the second half of a DerivedPair becomes so.
// Appends its 32 bytes.
void AppendCommitment(const secret::SecretKey256& commitment, Bytes* out);

}  // namespace kagimori::crypto

#endif  // KAGIMORI_CRYPTO_COMMITMENT_H_
