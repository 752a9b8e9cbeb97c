#ifndef KAGIMORI_SEAL_ENVELOPE_H_
#define KAGIMORI_SEAL_ENVELOPE_H_

#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "crypto/digest.h"
#include "secret/secret_bytes.h"

namespace kagimori::seal {

// The one shape of everything this room seals, private to the files of seal/ (docs/storage-format.md, "Envelope"):
//   head ‖ salt (32) ‖ ciphertext ‖ tag (16)
// One-message key: SP 800-108 of `key` with `label`, context = head ‖ salt. The salt is random and hedged
// (crypto/hedged.h).
// Associated data: owner (16) ‖ length of binding (4) ‖ binding ‖ head ‖ salt.
inline constexpr size_t kSaltSize = 32;

struct Envelope {
  const crypto::HmacSha256Key& key;
  std::string_view label;      // another one for every kind of thing
  const ByteArray<16>& owner;  // the store's or the deployment's id
  std::string_view binding;    // where it belongs: a path, a purpose
};

// `head` goes in first, in the clear.
Bytes SealEnvelope(const Envelope& envelope, Bytes head, const secret::SecretBytes& plaintext);

// kCorrupt: shorter than an envelope. kAuthentication: does not open.
Result<secret::SecretBytes> OpenEnvelope(const Envelope& envelope, size_t head_size, ByteView sealed);

}  // namespace kagimori::seal

#endif  // KAGIMORI_SEAL_ENVELOPE_H_
