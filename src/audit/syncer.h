#ifndef KAGIMORI_AUDIT_SYNCER_H_
#define KAGIMORI_AUDIT_SYNCER_H_

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "audit/anchor.h"
#include "audit/files.h"
#include "base/result.h"

namespace kagimori::audit {

// The thread that brings the log's file to stable storage: at once when somebody waits, else once an interval.
// Thread-safe.
class Syncer {
 public:
  using Done = std::move_only_function<void(Result<>)>;
  struct Hooks {
    std::function<void(const Error&)> failed;  // a sync failed; called on the sync thread, once
    std::function<void()> tick;                // once an interval, on the sync thread
  };

  Syncer(std::chrono::milliseconds interval, Hooks hooks) : interval_(interval), hooks_(std::move(hooks)) {}
  ~Syncer() { Stop(); }

  // `file` is synced up to `anchor`; what is written from now on goes there.
  void SetFile(std::shared_ptr<File> file, const Anchor& anchor);
  void Start();
  // Syncs and answers what is left, and joins.
  void Stop();

  void Written(const Anchor& anchor);
  // REQUIRES: `sequence` is written.
  void Then(uint64_t sequence, Done done) { Then(Anchor{sequence, {}, 0, 0}, std::move(done)); }
  // The same for all bytes up to the anchor: a control line has no sequence number of its own.
  void Then(const Anchor& anchor, Done done);
  // A sync of the file failed elsewhere.
  void Fail(const Error& error);
  Anchor synced() const;

 private:
  struct Waiter {
    Anchor anchor;
    Done done;
    bool Satisfied(const Anchor& synced) const;
  };

  void Run();
  void SyncOnce(std::unique_lock<std::mutex>* lock);

  const std::chrono::milliseconds interval_;
  const Hooks hooks_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::shared_ptr<File> file_;  // this and all below by mutex_
  Anchor written_;
  Anchor synced_;
  std::vector<Waiter> waiters_;
  std::optional<Error> failure_;  // a failed sync may have dropped pages: nothing is ever synced after it
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace kagimori::audit

#endif  // KAGIMORI_AUDIT_SYNCER_H_
