#ifndef KAGIMORI_KEYS_STORE_READS_H_
#define KAGIMORI_KEYS_STORE_READS_H_

#include <string>
#include <utility>
#include <vector>

#include "net/await.h"
#include "store/store.h"

// Reads of the store to wait for; private to the files of keys/.
namespace kagimori::keys {

inline auto GetRecords(store::Store* store, std::vector<std::string> paths) {
  return net::Await<Result<store::GetResult>>(
      [store, paths = std::move(paths)](auto callback) mutable { store->Get(std::move(paths), std::move(callback)); });
}

inline auto GetRange(store::Store* store, std::string begin, std::string end, size_t limit) {
  store::RangeRequest request{.begin = std::move(begin), .end = std::move(end), .limit = limit};
  return net::Await<Result<store::RangeResult>>([store, request = std::move(request)](auto callback) mutable {
    store->Range(std::move(request), std::move(callback));
  });
}

inline auto GetOne(store::Store* store, std::string path) {
  std::vector<std::string> paths;
  paths.push_back(std::move(path));
  return GetRecords(store, std::move(paths));
}

}  // namespace kagimori::keys

#endif  // KAGIMORI_KEYS_STORE_READS_H_
