#include "audit/anchor_publisher.h"

#include <pthread.h>

#include <utility>

#include "base/log.h"

namespace kagimori::audit {

AnchorPublisher::AnchorPublisher(Options options, const crypto::Ed25519Signer* signer, Hooks hooks)
    : options_(std::move(options)), signer_(signer), hooks_(std::move(hooks)) {}

void AnchorPublisher::Start() {
  thread_ = std::thread([this] { Run(); });
  pthread_setname_np(thread_.native_handle(), "audit-anchor");
}

void AnchorPublisher::Stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

AnchorPublisher::Status AnchorPublisher::status() const {
  std::lock_guard lock(mutex_);
  return status_;
}

void AnchorPublisher::Run() {
  std::unique_lock lock(mutex_);
  while (true) {
    bool last = stopping_;
    lock.unlock();
    PublishOnce();
    if (last) return;
    lock.lock();
    wake_.wait_for(lock, options_.interval, [this] { return stopping_; });
  }
}

void AnchorPublisher::PublishOnce() {
  OutsideAnchor anchor = hooks_.newest();
  if (last_ && last_->anchor == anchor.anchor && last_->store_revision == anchor.store_revision) return;
  std::string line;
  AppendOutsideAnchor(anchor, *signer_, &line);
  Result<> delivered = hooks_.deliver(line);
  {
    std::lock_guard lock(mutex_);
    if (delivered) {
      ++status_.delivered;
      status_.sequence = anchor.anchor.sequence;
      status_.failure.clear();
    } else {
      ++status_.failures;
      status_.failure = delivered.error().text;
    }
  }
  if (delivered) {
    last_ = anchor;
    hooks_.delivered(anchor);
  } else {
    log::Error("an audit anchor could not be brought outside; this is tried again",
               {{"place", options_.place}, {"error", Describe(delivered.error())}});
  }
}

}  // namespace kagimori::audit
