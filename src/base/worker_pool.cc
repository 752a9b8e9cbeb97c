#include "base/worker_pool.h"

#include <pthread.h>

#include <optional>
#include <utility>

#include "base/vector_registers.h"

namespace kagimori {

WorkerPool::WorkerPool(const Options& options)
    : max_waiting_(options.max_waiting),
      on_start_(options.on_start),
      hand_over_(options.hand_over),
      gather_for_(options.gather_for) {
  for (int i = 0; i < options.threads; ++i) {
    threads_.emplace_back([this] { Run(); });
    pthread_setname_np(threads_.back().native_handle(), (options.name + "-" + std::to_string(i)).c_str());
  }
}

WorkerPool::~WorkerPool() { Close(); }

bool WorkerPool::Submit(std::move_only_function<void()>&& work) {
  std::lock_guard lock(mutex_);
  if (closing_ || waiting_.size() >= max_waiting_ + idle_) return false;
  waiting_.push_back(std::move(work));
  wake_.notify_one();
  return true;
}

void WorkerPool::Run() {
  using Steady = std::chrono::steady_clock;
  if (on_start_ != nullptr) on_start_();
  std::optional<Steady::time_point> gathering_since;  // set while something may be gathered
  std::unique_lock lock(mutex_);
  while (true) {
    ++idle_;
    wake_.wait(lock, [this] { return closing_ || !waiting_.empty(); });
    --idle_;
    if (waiting_.empty()) return;
    std::move_only_function<void()> work = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    work();
    work = nullptr;
    ClearVectorRegisters();  // what it had may have been secret
    const Steady::time_point now = hand_over_ != nullptr ? Steady::now() : Steady::time_point();
    if (!gathering_since) gathering_since = now;
    lock.lock();
    if (hand_over_ != nullptr && (waiting_.empty() || now - *gathering_since >= gather_for_)) {
      lock.unlock();
      hand_over_();
      gathering_since.reset();
      lock.lock();
    }
  }
}

void WorkerPool::Close() {
  {
    std::lock_guard lock(mutex_);
    closing_ = true;
    wake_.notify_all();
  }
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

size_t WorkerPool::waiting() const {
  std::lock_guard lock(mutex_);
  return waiting_.size();
}

}  // namespace kagimori
