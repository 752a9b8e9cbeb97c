#ifndef KAGIMORI_NET_SLEEP_H_
#define KAGIMORI_NET_SLEEP_H_

#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <coroutine>

#include "net/core.h"

namespace kagimori::net {

// `co_await Sleep(core, duration)`: lets the core do other work meanwhile. REQUIRES: on the core's thread, and the
// coroutine is not destroyed while it waits. A core does not finish before every sleep on it is over.
class Sleep {
 public:
  Sleep(Core* core, std::chrono::milliseconds duration) : timer_(core->io(), duration) {}
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiter) {
    timer_.async_wait([waiter](const boost::system::error_code&) { waiter.resume(); });
  }
  void await_resume() const noexcept {}

 private:
  boost::asio::steady_timer timer_;
};

}  // namespace kagimori::net

#endif  // KAGIMORI_NET_SLEEP_H_
