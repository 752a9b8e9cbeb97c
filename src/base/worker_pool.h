#ifndef KAGIMORI_BASE_WORKER_POOL_H_
#define KAGIMORI_BASE_WORKER_POOL_H_

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace kagimori {

// A few threads that carry out what would hold up a core (reads from the disk, long computations), in order of arrival,
// behind a bounded queue. Thread-safe.
class WorkerPool {
 public:
  struct Options {
    std::string name;  // of the threads; at most 13 characters
    int threads = 1;
    size_t max_waiting = 0;        // beyond what the threads are busy with
    void (*on_start)() = nullptr;  // what each thread does first (thread_priority.h)
    // Hands over what the work of this thread has gathered for others (net/core.h). It is called when nothing waits,
    // and else after the piece of work with which `gather_for` has passed since the first one that followed the last
    // call: whoever gathers waits for that and one more piece of work at most.
    void (*hand_over)() = nullptr;
    std::chrono::microseconds gather_for{0};
  };
  explicit WorkerPool(const Options& options);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // False, and `work` untouched, when too many wait or the pool is closed.
  bool Submit(std::move_only_function<void()>&& work);

  // Tells work that asks (`hurrying`) to do no more than to answer that it was not done. Close follows.
  void Hurry() { hurrying_.store(true, std::memory_order_relaxed); }
  bool hurrying() const { return hurrying_.load(std::memory_order_relaxed); }

  // Finishes what was accepted and joins the threads.
  void Close();

  // What waits now.
  size_t waiting() const;

 private:
  void Run();

  const size_t max_waiting_;
  void (*const on_start_)();
  void (*const hand_over_)();
  const std::chrono::microseconds gather_for_;
  std::atomic<bool> hurrying_{false};
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::move_only_function<void()>> waiting_;
  size_t idle_ = 0;  // threads that have nothing to do
  bool closing_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace kagimori

#endif  // KAGIMORI_BASE_WORKER_POOL_H_
