#ifndef KAGIMORI_AUDIT_VERIFY_H_
#define KAGIMORI_AUDIT_VERIFY_H_

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/anchor.h"
#include "crypto/ed25519.h"

namespace kagimori::audit {

enum class Damage : uint8_t {
  kChanged,
  kAdded,
  kRemoved,
  kReordered,
  kCut,  // the log, or a file of it, ends too early
  kFileMissing,
  kForeign,     // of another deployment, or signed with another key
  kUnreadable,  // the operating system or the decompressor refused
};
std::string_view Name(Damage damage);

// The first bad place.
struct Finding {
  Damage damage = Damage::kChanged;
  std::string file;
  uint64_t line = 0;      // from 1; 0: the file as a whole
  std::string event_id;   // when the bad line is a record whose id can be read
  uint64_t sequence = 0;  // everything up to this event is as it was written
  std::string text;       // for people
};

struct VerifyOptions {
  // Must be in the log: shows a cut tail, which the files alone cannot show. A finding, too, when its retention removed
  // the place.
  std::optional<Anchor> anchor = {};
  bool stop_at_anchor = false;  // read no further: for a log that is being written (ask the server for its head)
  std::optional<ByteArray<16>> deployment = {};  // must be this one
  // More places that must be in the log: what an anchor file holds (ReadAnchors). In ascending order. Those before the
  // log's beginning, where its retention removed files, count as `anchors_before`.
  std::vector<Anchor> outside = {};
  unsigned threads = 0;  // that read files side by side; 0: one for each core, at most 8
};

struct Report {
  std::optional<Finding> finding;  // nothing: the log is whole, up to `head`
  Anchor head;                     // the last place that verified
  uint64_t files = 0;
  uint64_t events = 0;
  uint64_t first_file = 1;
  uint64_t retired_events = 0;  // before the first file, which the log itself says were removed by its retention
  uint64_t anchors_found = 0;   // of options.outside
  uint64_t anchors_before = 0;
  uint64_t batches = 0;
  uint64_t bytes = 0;                   // of plain text
  uint64_t recoveries = 0;              // crashes whose unlinked tail was moved aside, as the chain itself records
  uint64_t store_revision = 0;          // that the newest link names
  std::vector<std::string> side_files;  // such tails
  std::optional<ByteArray<16>> deployment;

  bool ok() const { return !finding.has_value(); }
};

// Reads the log in `folder`, plain and compressed files, with nothing but the public key. Every input is taken as
// hostile. Files are read side by side and joined in their order; memory is bounded by the number of threads.
Report Verify(const std::filesystem::path& folder, const crypto::Ed25519PublicBytes& key,
              const VerifyOptions& options = {});

// What `kagimori audit verify` prints.
std::string Describe(const Report& report);

}  // namespace kagimori::audit

#endif  // KAGIMORI_AUDIT_VERIFY_H_
