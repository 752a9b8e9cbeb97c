#ifndef KAGIMORI_CRYPTO_RECIPIENT_ENVELOPE_H_
#define KAGIMORI_CRYPTO_RECIPIENT_ENVELOPE_H_

#include "base/bytes.h"
#include "base/result.h"
#include "crypto/key_pair.h"
#include "secret/secret_bytes.h"

namespace kagimori::crypto {

inline constexpr size_t kMaxEnvelopedSize = 16384;  // bytes of plaintext; the API's largest is a private key

// `plaintext` so that only the holder of the private half of `recipient` reads it: CMS EnvelopedData (RFC 5652 section
// 6) as AWS KMS answers it to attested callers (CiphertextForRecipient). A fresh AES-256-CBC key, under RSAES-OAEP with
// SHA-256 for both hashes (RFC 8017 section 7.1), encrypts the content. The outer structures have indefinite lengths,
// so the whole is BER and no DER: the parser of AWS's enclave SDK takes no other form (docs/attestation.md).
//
// CBC has no tag: whoever can change the answer can change the plaintext. The API's transport protects it, as with AWS.
//
// REQUIRES: IsRsa(recipient.type()); plaintext.size() <= kMaxEnvelopedSize. Breaking it is kInternal.
Result<Bytes> EnvelopeFor(const PublicKey& recipient, const secret::SecretBytes& plaintext);

}  // namespace kagimori::crypto

#endif  // KAGIMORI_CRYPTO_RECIPIENT_ENVELOPE_H_
