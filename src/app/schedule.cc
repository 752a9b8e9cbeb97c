#include "app/schedule.h"

#include <chrono>

#include "base/thread_priority.h"

namespace kagimori::app {
namespace {

constexpr std::chrono::seconds kInterval{1};

}  // namespace

void Schedule::Start() {
  thread_ = std::thread([this] { Loop(); });
}

void Schedule::Stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Schedule::RunNow() {
  std::unique_lock lock(mutex_);
  const uint64_t mine = ++wanted_;
  changed_.notify_all();
  changed_.wait(lock, [&] { return done_ >= mine || stopping(); });
}

void Schedule::Loop() {
  BecomeBackgroundThread();
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait_for(lock, kInterval, [this] { return stopping() || wanted_ > done_; });
    if (stopping()) return;
    const uint64_t asked = wanted_;
    lock.unlock();
    run_();
    lock.lock();
    done_ = asked;
    changed_.notify_all();
  }
}

}  // namespace kagimori::app
