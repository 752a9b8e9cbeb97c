#include "audit/syncer.h"

#include <pthread.h>

#include <utility>

namespace kagimori::audit {

void Syncer::SetFile(std::shared_ptr<File> file, const Anchor& anchor) {
  std::lock_guard lock(mutex_);
  file_ = std::move(file);
  written_ = anchor;
  synced_ = anchor;
}

void Syncer::Start() {
  thread_ = std::thread([this] { Run(); });
  pthread_setname_np(thread_.native_handle(), "audit-sync");
}

void Syncer::Stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Syncer::Written(const Anchor& anchor) {
  std::lock_guard lock(mutex_);
  written_ = anchor;
}

bool Syncer::Waiter::Satisfied(const Anchor& synced) const {
  return anchor.sequence <= synced.sequence &&
         std::pair(anchor.file, anchor.offset) <= std::pair(synced.file, synced.offset);
}

void Syncer::Fail(const Error& error) {
  std::lock_guard lock(mutex_);
  if (!failure_) failure_ = error;
}

void Syncer::Then(const Anchor& anchor, Done done) {
  {
    std::unique_lock lock(mutex_);
    if (anchor.sequence > written_.sequence) {
      lock.unlock();
      done(kagimori::Fail(ErrorKind::kInternal, "waiting for an audit record that was never written"));
      return;
    }
    waiters_.push_back({anchor, std::move(done)});
  }
  wake_.notify_one();
}

Anchor Syncer::synced() const {
  std::lock_guard lock(mutex_);
  return synced_;
}

void Syncer::Run() {
  std::unique_lock lock(mutex_);
  auto next_tick = std::chrono::steady_clock::now();
  while (true) {
    SyncOnce(&lock);
    if (stopping_ && waiters_.empty() && (synced_ == written_ || failure_)) return;
    if (std::chrono::steady_clock::now() >= next_tick) {
      lock.unlock();
      hooks_.tick();
      lock.lock();
      next_tick = std::chrono::steady_clock::now() + interval_;
    }
    wake_.wait_until(lock, next_tick, [this] { return stopping_ || !waiters_.empty(); });
  }
}

// Syncs what is written by now and answers those who waited for it.
void Syncer::SyncOnce(std::unique_lock<std::mutex>* lock) {
  Anchor target = written_;
  if (!failure_ && target != synced_) {
    std::shared_ptr<File> file = file_;  // a rotation may close it meanwhile
    lock->unlock();
    Result<> result = file->SyncData();
    if (!result) hooks_.failed(result.error());
    lock->lock();
    if (!result) {
      failure_ = result.error();
    } else if (std::pair(target.file, target.offset) > std::pair(synced_.file, synced_.offset)) {
      synced_ = target;  // else a rotation has synced more
    }
  }
  std::vector<Waiter> answered;
  std::vector<Waiter> waiting;
  for (Waiter& waiter : waiters_) {
    bool ready = waiter.Satisfied(synced_) || failure_;
    (ready ? answered : waiting).push_back(std::move(waiter));
  }
  waiters_ = std::move(waiting);
  Anchor synced = synced_;
  std::optional<Error> failure = failure_;
  lock->unlock();
  for (Waiter& waiter : answered) {
    waiter.done(waiter.Satisfied(synced) ? Result<>() : std::unexpected(*failure));
  }
  lock->lock();
}

}  // namespace kagimori::audit
