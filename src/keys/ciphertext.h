#ifndef KAGIMORI_KEYS_CIPHERTEXT_H_
#define KAGIMORI_KEYS_CIPHERTEXT_H_

#include <optional>

#include "base/bytes.h"
#include "base/ids.h"

namespace kagimori::keys {

using MaterialId = ByteArray<32>;

// The symmetric ciphertext; normative in docs/ciphertext-format.md.
//   version (1) ‖ account (6) ‖ id kind (1) ‖ id (16) ‖ key material id (32) ‖ salt (32)   the header, 88 bytes
//   ‖ key commitment (32) ‖ ciphertext (n) ‖ tag (16)
inline constexpr uint8_t kCiphertextVersion = 1;
inline constexpr size_t kCiphertextHeaderSize = 88;
inline constexpr size_t kCommitmentSize = 32;
inline constexpr size_t kCiphertextOverhead = kCiphertextHeaderSize + kCommitmentSize + 16;
inline constexpr size_t kMaxCiphertextSize = 6144;  // AWS's limit of every CiphertextBlob

struct CiphertextHeader {
  AccountId account;
  KeyId key;
  MaterialId material{};
  ByteArray<32> salt{};

  void AppendTo(Bytes* out) const;
};

// A ciphertext taken apart; nothing of it is trusted until the engine has opened it. The views are into the blob
// parsed.
struct CiphertextView {
  CiphertextHeader header;
  ByteView header_bytes;
  ByteView commitment;
  ByteView sealed;  // ciphertext ‖ tag
};

// Nothing when it is no ciphertext of ours: wrong version, kind, account number or size.
std::optional<CiphertextView> ParseCiphertext(ByteView blob);

}  // namespace kagimori::keys

#endif  // KAGIMORI_KEYS_CIPHERTEXT_H_
