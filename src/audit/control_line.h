#ifndef KAGIMORI_AUDIT_CONTROL_LINE_H_
#define KAGIMORI_AUDIT_CONTROL_LINE_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/clock.h"
#include "crypto/digest.h"
#include "crypto/ed25519.h"

namespace kagimori::audit {

// The chain's own lines between the records (docs/audit-format.md). All kinds are signed in the same way: over a
// fixed prefix and the line's bytes up to its signature.
struct ControlLine {
  enum class Kind : uint8_t {
    kHeader,     // first line of a file
    kLink,       // after each batch of records
    kRecovered,  // an unlinked tail was moved aside here
    kRetired,    // files up to one were removed, as the retention was told to
    kClose,      // last line of a file that has a successor
  };

  Kind kind = Kind::kLink;
  uint64_t sequence = 0;            // of the last record before this line
  Timestamp time{};                 // of the writer's clock, in whole seconds
  crypto::Sha256Digest previous{};  // hash of the control line before; a link has it inside `hash`

  uint64_t file = 0;                 // header, close; retired: the last file removed
  ByteArray<16> deployment{};        // header
  crypto::Ed25519PublicBytes key{};  // header: who signs

  uint64_t count = 0;             // link: records of the batch
  uint64_t store_revision = 0;    // link
  std::string_view tags{};        // link: the first 8 hex digits of each record's hash, to name what is wrong
  crypto::Sha256Digest hash{};    // link: LinkHash; recovered: SHA-256 of the tail; retired: of that file's last line
  uint64_t tail_bytes = 0;        // recovered
  uint64_t retired_sequence = 0;  // retired: of the last record removed

  // As parsed.
  std::string_view body{};  // what is signed
  crypto::Ed25519Signature signature{};
};

inline constexpr std::string_view kControlStart = "{\"kagimori\":";
inline constexpr size_t kTagSize = 8;
inline constexpr uint64_t kFormatVersion = 1;

inline bool IsControlLine(std::string_view line) { return line.starts_with(kControlStart); }

// SHA-256 over a label, the hash of the control line before and the hashes of the batch's records.
crypto::Sha256Digest LinkHash(const crypto::Sha256Digest& previous, std::span<const crypto::Sha256Digest> records);
void AppendTag(const crypto::Sha256Digest& record, std::string* out);

// Appends the finished line without its newline; `body` and `signature` are not read.
void AppendControlLine(const ControlLine& line, const crypto::Ed25519Signer& signer, std::string* out);

// Nothing unless every byte is as AppendControlLine writes it, but for values. Views into `text`.
std::optional<ControlLine> ParseControlLine(std::string_view text);

// The format that a file's header names; nothing: not a header. For a line that does not parse, to tell a newer format
// from damage.
std::optional<uint64_t> HeaderFormat(std::string_view text);

bool SignatureHolds(const ControlLine& line, const crypto::Ed25519PublicBytes& key);

}  // namespace kagimori::audit

#endif  // KAGIMORI_AUDIT_CONTROL_LINE_H_
