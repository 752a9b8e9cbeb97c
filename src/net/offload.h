#ifndef KAGIMORI_NET_OFFLOAD_H_
#define KAGIMORI_NET_OFFLOAD_H_

#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "base/task.h"
#include "base/worker_pool.h"
#include "net/await.h"

namespace kagimori::net {

// Runs `work` on a thread of the pool while the core goes on with other requests, and then continues where the caller
// waited. Nothing: not run, since too much waits there or the pool is in a hurry to end. An exception of `work` is the
// caller's.
template <class Work>
Task<std::optional<std::invoke_result_t<Work&>>> Offload(WorkerPool* pool, Work work) {
  using Value = std::invoke_result_t<Work&>;
  struct Done {
    std::optional<Value> value;
    std::exception_ptr exception;
  };
  Done done = co_await Await<Done>([pool, &work](auto callback) {
    auto answer = std::make_shared<decltype(callback)>(std::move(callback));
    std::move_only_function<void()> run = [pool, &work, answer] {
      Done result;
      try {
        if (!pool->hurrying()) result.value.emplace(work());
      } catch (...) {
        result.exception = std::current_exception();
      }
      (*answer)(std::move(result));
    };
    if (!pool->Submit(std::move(run))) (*answer)(Done{});
  });
  if (done.exception) std::rethrow_exception(done.exception);
  co_return std::move(done.value);
}

}  // namespace kagimori::net

#endif  // KAGIMORI_NET_OFFLOAD_H_
