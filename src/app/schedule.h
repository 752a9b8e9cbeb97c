#ifndef KAGIMORI_APP_SCHEDULE_H_
#define KAGIMORI_APP_SCHEDULE_H_

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

namespace kagimori::app {

// Runs what is due, once a second, on a thread of its own that gives way to requests: a hundred thousand keys may be
// due for rotation at the same instant.
class Schedule {
 public:
  // `run`: everything that is due, once; blocking; asks stopping() between its steps.
  explicit Schedule(std::function<void()> run) : run_(std::move(run)) {}
  ~Schedule() { Stop(); }
  Schedule(const Schedule&) = delete;

  void Start();
  // Waits for the run under way. Idempotent.
  void Stop();
  bool stopping() const { return stopping_.load(std::memory_order_relaxed); }

  // What was due when this was called has been run, or the schedule stops, when it returns. REQUIRES: started.
  void RunNow();

 private:
  void Loop();

  const std::function<void()> run_;
  std::atomic<bool> stopping_{false};  // changed under mutex_
  std::mutex mutex_;
  std::condition_variable changed_;
  uint64_t wanted_ = 0;  // by mutex_: calls of RunNow
  uint64_t done_ = 0;    // by mutex_: of them, answered by a run that began after them
  std::thread thread_;
};

}  // namespace kagimori::app

#endif  // KAGIMORI_APP_SCHEDULE_H_
