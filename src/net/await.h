#ifndef KAGIMORI_NET_AWAIT_H_
#define KAGIMORI_NET_AWAIT_H_

#include <atomic>
#include <coroutine>
#include <optional>
#include <utility>

#include "net/core.h"

namespace kagimori::net {

// Awaits a call that answers through a callback: `co_await Await<Result<GetResult>>([&](auto callback) {
// store.Get(keys, std::move(callback)); })`. When the callback runs within the call, the coroutine goes on at once;
// otherwise it goes on on the core it waits on, or, awaited on another thread, on the callback's thread.
template <class T, class Start>
class CallbackAwaiter {
 public:
  explicit CallbackAwaiter(Start start) : start_(std::move(start)) {}
  CallbackAwaiter(const CallbackAwaiter&) = delete;

  bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> waiter) {
    Core* core = Core::Current();
    start_([this, core, waiter](T value) {
      value_.emplace(std::move(value));
      if (phase_.exchange(Phase::kAnswered) != Phase::kSuspended) return;  // answered within the call
      if (core != nullptr) {
        core->Post([waiter] { waiter.resume(); });
      } else {
        waiter.resume();
      }
    });
    // Once this says kSuspended, the other thread may resume and destroy this object: nothing of it is touched after.
    return phase_.exchange(Phase::kSuspended) != Phase::kAnswered;
  }
  T await_resume() { return std::move(*value_); }

 private:
  enum class Phase { kStarting, kSuspended, kAnswered };
  Start start_;
  std::optional<T> value_;
  std::atomic<Phase> phase_{Phase::kStarting};
};

template <class T, class Start>
CallbackAwaiter<T, Start> Await(Start start) {
  return CallbackAwaiter<T, Start>(std::move(start));
}

}  // namespace kagimori::net

#endif  // KAGIMORI_NET_AWAIT_H_
