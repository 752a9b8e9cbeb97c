#ifndef KAGIMORI_STORE_BLOCKING_H_
#define KAGIMORI_STORE_BLOCKING_H_

#include <future>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "store/store.h"

namespace kagimori::store {

// The store's calls for code that may wait: start, administration, tests. Never on a request's thread nor in a callback
// of a store: they would wait for themselves.

inline Result<GetResult> GetAndWait(Store& store, std::vector<std::string> keys) {
  std::promise<Result<GetResult>> promise;
  auto future = promise.get_future();
  // Moved in, so that the promise lives until its own set_value has returned, whoever is woken by it.
  store.Get(std::move(keys),
            [promise = std::move(promise)](Result<GetResult> result) mutable { promise.set_value(std::move(result)); });
  return future.get();
}

inline Result<RangeResult> RangeAndWait(Store& store, RangeRequest request) {
  std::promise<Result<RangeResult>> promise;
  auto future = promise.get_future();
  store.Range(std::move(request), [promise = std::move(promise)](Result<RangeResult> result) mutable {
    promise.set_value(std::move(result));
  });
  return future.get();
}

inline Result<Revision> CommitAndWait(Store& store, Transaction transaction) {
  std::promise<Result<Revision>> promise;
  auto future = promise.get_future();
  store.Commit(std::move(transaction), [promise = std::move(promise)](Result<Revision> result) mutable {
    promise.set_value(std::move(result));
  });
  return future.get();
}

}  // namespace kagimori::store

#endif  // KAGIMORI_STORE_BLOCKING_H_
