#ifndef KAGIMORI_AUDIT_RETENTION_H_
#define KAGIMORI_AUDIT_RETENTION_H_

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "audit/chain.h"
#include "audit/control_line.h"
#include "audit/files.h"
#include "audit/retention_limits.h"
#include "base/clock.h"
#include "base/result.h"
#include "crypto/ed25519.h"

namespace kagimori::audit {

// Removes the oldest closed files, on a thread of its own, when the log is older or larger than it may be. Never the
// newest two, which a start reads, nor one that an anchor outside still names.
//
// First the chain says which file is the last to go, on stable storage; then they go, oldest first, each for good
// before the next. A crash in between leaves files that the chain has given up: the next run removes them. A file that
// is gone without such a statement was not removed here, and `audit verify` says so.
class Retention {
 public:
  struct Hooks {
    std::function<uint64_t()> newest;                    // the number of the file that is being written; 0: between two
    std::function<Result<>(const Chain::Retired&)> say;  // puts the statement into the chain and syncs it
    std::function<void(uint64_t file)> given_up;         // nobody may bring back this file or one before it
  };

  // `stated`: the last file that the chain is known to have given up. REQUIRES: clock outlives this.
  Retention(std::filesystem::path folder, const RetentionLimits& limits, const Clock* clock,
            const crypto::Ed25519PublicBytes& key, uint64_t stated, Hooks hooks);
  ~Retention();  // finishes the file it is at

  void Start();
  // Looks now rather than in a while: a file was closed, or an anchor has moved on.
  void Wake();
  // Files from this one on stay: an anchor outside names it. Thread-safe.
  void KeepFrom(uint64_t file);

  // One look; gives the number of files removed. Called by the thread.
  Result<uint64_t> RunOnce();

 private:
  using Files = std::map<uint64_t, Listing::Forms>;

  void Run();
  Result<uint64_t> LastDue(const Files& files) const;
  Result<ControlLine> HeaderOf(uint64_t number, Listing::Forms forms) const;
  Result<> Remove(uint64_t number, const std::vector<std::string>& side_files) const;

  const std::filesystem::path folder_;
  const RetentionLimits limits_;
  const Clock* clock_;
  const crypto::Ed25519PublicBytes key_;
  const Hooks hooks_;
  uint64_t stated_;  // by the thread
  std::atomic<uint64_t> keep_from_{UINT64_MAX};
  std::mutex mutex_;
  std::condition_variable wake_;
  bool woken_ = true;      // by mutex_
  bool stopping_ = false;  // by mutex_
  std::thread thread_;
};

}  // namespace kagimori::audit

#endif  // KAGIMORI_AUDIT_RETENTION_H_
