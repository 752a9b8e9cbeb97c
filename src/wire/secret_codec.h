#ifndef KAGIMORI_WIRE_SECRET_CODEC_H_
#define KAGIMORI_WIRE_SECRET_CODEC_H_

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

#include "secret/secret_bytes.h"

namespace kagimori::ssm {
class ValueReader;  // ssm/value_reader.h: holds the value of a parameter against its rules
}

namespace kagimori::wire {

enum class Base64Fault { kLength, kCharacter };

// Secrets from and to the wire. Base64 here takes time that depends on the length alone: no table, no branch on a
// character, so that the caches say nothing about the content. (RFC 4648 section 4, padding required.)
class SecretCodec {
 public:
  // From the raw token of a JSON string straight into secret memory. REQUIRES: `raw` comes from a JsonCursor.
  static std::expected<secret::SecretBytes, Base64Fault> DecodeJsonBlob(std::string_view raw);
  // A JSON string whose text is itself secret (a password). REQUIRES: as above.
  static secret::SecretBytes DecodeJsonText(std::string_view raw);
  static std::expected<secret::SecretBytes, Base64Fault> DecodeBase64(std::string_view text);

  // Appends base64 without quotes. `out` holds a secret from here on: reserve it beforehand, since a string that grows
  // leaves its old block unwiped, and wipe it at the end.
  static void AppendBase64(const secret::SecretBytes& secret, std::string* out);
  // Appends secret text as a JSON string with its quotes; as above.
  static void AppendJsonText(const secret::SecretBytes& secret, std::string* out);

  // UTF-16 units of secret text, in which AWS counts lengths.
  static size_t Utf16Length(const secret::SecretBytes& text);
  // Whether every byte is in `allowed`.
  static bool ConsistsOf(const secret::SecretBytes& text, std::string_view allowed);

  static constexpr size_t Base64Length(size_t bytes) { return (bytes + 2) / 3 * 4; }

 private:
  // Secret text as it is. This list of friends belongs to the audit list of secret/access.h.
  friend class ::kagimori::ssm::ValueReader;
  static std::string_view Open(const secret::SecretBytes& text);
};

}  // namespace kagimori::wire

#endif  // KAGIMORI_WIRE_SECRET_CODEC_H_
