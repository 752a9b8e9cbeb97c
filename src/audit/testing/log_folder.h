#ifndef KAGIMORI_AUDIT_TESTING_LOG_FOLDER_H_
#define KAGIMORI_AUDIT_TESTING_LOG_FOLDER_H_

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "audit/event_line.h"
#include "audit/log.h"
#include "audit/verify.h"
#include "base/clock.h"
#include "crypto/ed25519.h"

namespace kagimori::audit {

std::string ReadFile(const std::filesystem::path& path);
void WriteFile(const std::filesystem::path& path, std::string_view text);
std::vector<std::string> SplitLines(std::string_view text);
std::string JoinLines(const std::vector<std::string>& lines);

// A record of some size with a random id.
struct TestRecord {
  explicit TestRecord(std::string_view name = "Encrypt", size_t padding = 0);
  EventLine line() const;
  EventId id;
  std::string text;
};

// A folder of its own for one log, with a key, a clock and what every test needs to do to it. Removed at the end.
class LogFolder {
 public:
  explicit LogFolder(uint8_t key_seed = 1);
  ~LogFolder();

  LogOptions Options() const;
  std::unique_ptr<Log> Open() const;
  Report Check(const VerifyOptions& options = {}) const;
  std::filesystem::path File(uint64_t number) const;
  std::filesystem::path Packed(uint64_t number) const;
  std::vector<std::string> Names() const;
  const crypto::Ed25519PublicBytes& key() const { return signer_.public_bytes(); }
  const crypto::Ed25519Signer& signer() const { return signer_; }
  ManualClock& clock() { return clock_; }

  std::filesystem::path path;
  uint64_t rotate_bytes = 256 << 20;
  bool compress = false;
  ByteArray<16> deployment{7};

 private:
  crypto::Ed25519Signer signer_;
  ManualClock clock_;
};

// Appends one batch of `count` records.
Anchor AppendBatch(Log* log, size_t count, size_t padding = 0);

}  // namespace kagimori::audit

#endif  // KAGIMORI_AUDIT_TESTING_LOG_FOLDER_H_
