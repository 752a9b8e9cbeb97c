#ifndef KAGIMORI_STORE_WATCH_HUB_H_
#define KAGIMORI_STORE_WATCH_HUB_H_

#include <memory>
#include <thread>
#include <vector>

#include "store/store.h"

namespace kagimori::store {

// The watches of one store and the recent past they can start from: a ring of events, bounded in number and in bytes,
// and one thread that calls back. A slow callback delays the others; one that falls behind the ring ends with
// kNotFound, so that no watch can make the memory grow.
class WatchHub {
 public:
  // `current`: the store's revision; what is older counts as compacted.
  explicit WatchHub(Revision current, size_t max_events = 4096, size_t max_bytes = 16 * 1024 * 1024);
  // Closes.
  ~WatchHub();
  WatchHub(const WatchHub&) = delete;

  // REQUIRES: revisions go on where the last one ended, one by one.
  void Publish(std::vector<WatchEvent> events);

  std::unique_ptr<Watch> Add(Revision after, WatchCallback callback);

  // Delivers what was published, ends every watch with kUnavailable and joins the thread. REQUIRES: as Store::Close.
  void Close();

 private:
  struct State;
  class Handle;
  static void Run(const std::shared_ptr<State>& state);

  std::shared_ptr<State> state_;  // shared with the watches, which may outlive the hub
  std::thread thread_;
};

}  // namespace kagimori::store

#endif  // KAGIMORI_STORE_WATCH_HUB_H_
