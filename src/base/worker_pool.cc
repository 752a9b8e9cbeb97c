#include "base/worker_pool.h"

#include <pthread.h>

#include <utility>

namespace kagimori {

WorkerPool::WorkerPool(const Options& options) : max_waiting_(options.max_waiting) {
  for (int i = 0; i < options.threads; ++i) {
    threads_.emplace_back([this, on_start = options.on_start] { Run(on_start); });
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

void WorkerPool::Run(void (*on_start)()) {
  if (on_start != nullptr) on_start();
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
    lock.lock();
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
