#ifndef KAGIMORI_SEAL_WRAPPING_KEY_H_
#define KAGIMORI_SEAL_WRAPPING_KEY_H_

#include <filesystem>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "crypto/digest.h"
#include "secret/secret_bytes.h"

namespace kagimori::seal {

// Which wrapping key: 8 bytes that are derived from it, and no secret.
using WrappingKeyId = ByteArray<8>;

// The key that two deployments agree on, under which key material is moved from one to the other: 32 random bytes in a
// file that a person carries (docs/seeding.md). It belongs to no deployment and is never stored by one.
class WrappingKey {
 public:
  static WrappingKey New();
  // From the bytes of a file, or from those of Pack: one line, 14 groups of 5 characters, "W…" (written_form.h).
  // kInvalid: no such text; the error names what is mistyped, and repeats nothing of it.
  static Result<WrappingKey> Parse(const secret::SecretBytes& text);
  // From a regular file that is not open to everybody (kIo when it is).
  static Result<WrappingKey> ReadFile(const std::filesystem::path& file);

  // The text of a file. Secret.
  secret::SecretBytes Write() const;
  const WrappingKeyId& id() const { return id_; }

  // An envelope (docs/storage-format.md) with the head format 1 [1] ‖ id [8]. `binding`: all that the secret belongs
  // to; it must be given again, to the letter.
  Bytes Seal(std::string_view binding, const secret::SecretBytes& secret) const;
  // kInvalid: sealed under another wrapping key, which the text names; kCorrupt: no such envelope; kAuthentication:
  // altered, or bound to something else.
  Result<secret::SecretBytes> Open(std::string_view binding, ByteView sealed) const;

 private:
  explicit WrappingKey(secret::SecretKey256 key);

  secret::SecretKey256 key_;
  crypto::HmacSha256Key kdf_;
  WrappingKeyId id_{};
};

}  // namespace kagimori::seal

#endif  // KAGIMORI_SEAL_WRAPPING_KEY_H_
