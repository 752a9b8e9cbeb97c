#ifndef KAGIMORI_GATEWAY_TURNSTILE_H_
#define KAGIMORI_GATEWAY_TURNSTILE_H_

#include <array>
#include <coroutine>
#include <cstddef>
#include <deque>
#include <mutex>
#include <utility>

#include "net/core.h"

namespace kagimori::gateway {

// Where requests that keep changing the same thing line up. The first try of a change asks nobody; one that lost to
// another goes through here, first come first served, so that everybody gets through after about as many commits as
// there are in the line. Without it n clients on one key lose n - 1 of n tries each time. Thread-safe.
class Turnstile {
 public:
  // The turn; it ends with the guard.
  class Guard {
   public:
    Guard() = default;
    Guard(Guard&& other) noexcept : turnstile_(std::exchange(other.turnstile_, nullptr)), lane_(other.lane_) {}
    Guard& operator=(Guard&& other) noexcept {
      std::swap(turnstile_, other.turnstile_);
      std::swap(lane_, other.lane_);
      return *this;
    }
    ~Guard() {
      if (turnstile_ != nullptr) turnstile_->Leave(lane_);
    }
    explicit operator bool() const { return turnstile_ != nullptr; }

   private:
    friend class Turnstile;
    Guard(Turnstile* turnstile, size_t lane) : turnstile_(turnstile), lane_(lane) {}
    Turnstile* turnstile_ = nullptr;
    size_t lane_ = 0;
  };

  // `co_await turnstile.Enter(hash)` on a core's thread. Things of the same hash share a lane. REQUIRES: the caller
  // holds no other guard, and the coroutine is not destroyed while it waits.
  class Awaiter {
   public:
    bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> waiter) { return turnstile_->Wait(lane_, waiter); }
    Guard await_resume() { return Guard(turnstile_, lane_); }

   private:
    friend class Turnstile;
    Awaiter(Turnstile* turnstile, size_t lane) : turnstile_(turnstile), lane_(lane) {}
    Turnstile* turnstile_;
    size_t lane_;
  };
  [[nodiscard]] Awaiter Enter(size_t hash) { return Awaiter(this, hash % kLanes); }

 private:
  static constexpr size_t kLanes = 1024;
  struct Waiter {
    net::Core* core;
    std::coroutine_handle<> handle;
  };
  struct Lane {
    std::mutex mutex;
    bool taken = false;          // by mutex
    std::deque<Waiter> waiting;  // by mutex
  };

  // False: the turn is the caller's at once.
  bool Wait(size_t lane, std::coroutine_handle<> waiter);
  void Leave(size_t lane);

  std::array<Lane, kLanes> lanes_;
};

}  // namespace kagimori::gateway

#endif  // KAGIMORI_GATEWAY_TURNSTILE_H_
