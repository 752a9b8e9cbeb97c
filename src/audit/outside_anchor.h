#ifndef KAGIMORI_AUDIT_OUTSIDE_ANCHOR_H_
#define KAGIMORI_AUDIT_OUTSIDE_ANCHOR_H_

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/anchor.h"
#include "base/bytes.h"
#include "base/clock.h"
#include "base/result.h"
#include "crypto/ed25519.h"

namespace kagimori::audit {

// What leaves the machine: a place in the log and the revision of the store, both on stable storage when it was signed,
// with the log's key. Whoever holds one can tell a log that was cut, and a log and store that were replaced together by
// an older copy. One line of JSON (docs/audit-format.md).
struct OutsideAnchor {
  ByteArray<16> deployment{};
  Anchor anchor;
  uint64_t store_revision = 0;
  Timestamp time{};  // informative
  bool operator==(const OutsideAnchor&) const = default;
};

// Appends the line, without its newline.
void AppendOutsideAnchor(const OutsideAnchor& anchor, const crypto::Ed25519Signer& signer, std::string* out);

// kCorrupt unless every byte is as AppendOutsideAnchor writes it; kAuthentication when the signature does not hold.
Result<OutsideAnchor> ParseOutsideAnchor(std::string_view line, const crypto::Ed25519PublicBytes& key);

// An anchor file is such lines, oldest first. When it has reached kAnchorFileBytes it becomes FILE.1, in place of the
// one before, and a new one is begun. A last line without its newline is what a crash left and does not count.
inline constexpr size_t kAnchorFileBytes = 1 << 20;
std::filesystem::path OlderAnchorFile(const std::filesystem::path& file);  // FILE.1

// The newest anchor of the file, or, when it holds none yet, of FILE.1. Nothing: neither is there, or both are empty.
// Fails closed: kCorrupt when the newest line is no anchor of this key and deployment or a file is far too long, kIo
// when one is there and cannot be read.
Result<std::optional<OutsideAnchor>> ReadNewestAnchor(const std::filesystem::path& file,
                                                      const crypto::Ed25519PublicBytes& key,
                                                      const ByteArray<16>& deployment);

// Every anchor of FILE.1, when it is there, and of FILE, oldest first. kNotFound when there is none; the first bad line
// fails all, and so does a step back: neither record nor revision ever goes down.
Result<std::vector<OutsideAnchor>> ReadAnchors(const std::filesystem::path& file,
                                               const crypto::Ed25519PublicBytes& key);

// Whether the log in `folder` holds that place: reads the one file that the anchor names. kCorrupt, with what it means,
// when it does not. A place in a file that retention has removed cannot be looked at and passes when the log goes
// beyond it. REQUIRES: what the log's newest files hold is verified elsewhere (Log::Open); everything in between is
// left to `audit verify`.
Result<> CheckAnchorInLog(const std::filesystem::path& folder, const crypto::Ed25519PublicBytes& key,
                          const Anchor& anchor);

}  // namespace kagimori::audit

#endif  // KAGIMORI_AUDIT_OUTSIDE_ANCHOR_H_
