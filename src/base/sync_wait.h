#ifndef KAGIMORI_BASE_SYNC_WAIT_H_
#define KAGIMORI_BASE_SYNC_WAIT_H_

#include <future>
#include <utility>

#include "base/task.h"

namespace kagimori {

// Runs a Task to its end and waits for it, for background threads, start-up and tests. REQUIRES: not called on a core's
// thread, which the Task may need.
template <class T>
T SyncWait(Task<T> task) {
  std::promise<T> done;
  std::future<T> result = done.get_future();
  // The promise lives in the coroutine, so that it outlasts its own set_value, whoever is woken by it.
  Detach([](Task<T> owned, std::promise<T> promise) -> Task<void> {
    T value = co_await owned;
    promise.set_value(std::move(value));
  }(std::move(task), std::move(done)));
  return result.get();
}

}  // namespace kagimori

#endif  // KAGIMORI_BASE_SYNC_WAIT_H_
