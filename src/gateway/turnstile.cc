#include "gateway/turnstile.h"

namespace kagimori::gateway {

bool Turnstile::Wait(size_t lane, std::coroutine_handle<> waiter) {
  Lane& at = lanes_[lane];
  std::lock_guard lock(at.mutex);
  if (!at.taken) {
    at.taken = true;
    return false;
  }
  at.waiting.push_back({net::Core::Current(), waiter});
  return true;
}

void Turnstile::Leave(size_t lane) {
  Lane& at = lanes_[lane];
  std::lock_guard lock(at.mutex);
  if (at.waiting.empty()) {
    at.taken = false;
    return;
  }
  // The turn passes on without being free in between, so that no newcomer slips in.
  Waiter next = at.waiting.front();
  at.waiting.pop_front();
  next.core->Post([handle = next.handle] { handle.resume(); });
}

}  // namespace kagimori::gateway
