#ifndef KAGIMORI_SEAL_WRITTEN_FORM_H_
#define KAGIMORI_SEAL_WRITTEN_FORM_H_

#include <cstddef>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "secret/secret_bytes.h"

namespace kagimori::seal {

// Secret bytes as people write them down and type them in again; private to the files of seal/. Normative in
// docs/storage-format.md, "Recovery code".
//
//   RH1TK-9Q2ZB-…   groups of four characters of Crockford's base32 and a fifth that checks them and their place
//
// The payload is kind and format [1] ‖ body ‖ checksum. A wrong character, two that changed places and a group that is
// not in its place are found for certain and named; whatever else, by the checksum.
struct WrittenKind {
  char letter = 0;        // the first character, which says what this is
  const char* name = "";  // "recovery code"
  size_t body_size = 0;
  size_t checksum_size = 0;  // so that 1 + body_size + checksum_size bytes fill groups of 20 bits

  constexpr size_t payload_size() const { return 1 + body_size + checksum_size; }
  constexpr size_t groups() const { return payload_size() * 8 / 20; }
};

inline constexpr size_t kMaxWrittenSize = 1024;

class WrittenForm {
 public:
  // REQUIRES: body.size() == kind.body_size.
  static secret::SecretBytes Write(const WrittenKind& kind, const secret::SecretBytes& body);

  // Gives the body back. Upper or lower case; O is read as 0, I and L as 1; any white space and hyphens between groups.
  // kInvalid, with a text that names the groups at fault and holds none of their characters. `text` is hostile.
  static Result<secret::SecretBytes> Read(const WrittenKind& kind, const secret::SecretBytes& text);

  // The first character that is no separator is this kind's letter. Says nothing about the rest.
  static bool Begins(const WrittenKind& kind, const secret::SecretBytes& text);

  // The lines of a text that hold more than separators.
  static std::vector<secret::SecretBytes> Lines(const secret::SecretBytes& text);
};

}  // namespace kagimori::seal

#endif  // KAGIMORI_SEAL_WRITTEN_FORM_H_
