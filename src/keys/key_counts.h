#ifndef KAGIMORI_KEYS_KEY_COUNTS_H_
#define KAGIMORI_KEYS_KEY_COUNTS_H_

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "base/task.h"
#include "base/worker_pool.h"
#include "keys/key.h"
#include "keys/resource_quotas.h"
#include "seal/hierarchy.h"
#include "store/store.h"

namespace kagimori::keys {

// How many customer managed keys each account has in a Region, for its quota. In memory, since a count in the store
// would set all who make keys against each other: an account's keys are counted when it makes its first one, and from
// then on with each that comes or goes. Thread-safe.
class KeyCounts {
 public:
  // REQUIRES: all outlive this. `workers`: where keys are counted; null: on the caller's thread.
  KeyCounts(const seal::KeyHierarchy* hierarchy, store::Store* store, const ResourceQuotas* quotas, WorkerPool* workers)
      : hierarchy_(hierarchy), store_(store), quotas_(quotas), workers_(workers) {}
  KeyCounts(const KeyCounts&) = delete;

  // With those that are being made. kUnavailable: too much waits for the workers to count them now.
  Task<Result<uint64_t>> Get(AccountId account, Region region);

  // A place for a key that is about to be made; false: all are taken. Of a key that does not count: always there.
  // Settle follows with what became of it, at which revision; nothing: it was not made.
  bool Reserve(const Key& key);
  void Settle(const Key& key, std::optional<store::Revision> made);
  // The key is gone for good since that revision.
  void Gone(const Key& key, store::Revision revision);

 private:
  struct Count {
    enum class State : uint8_t { kUnknown, kCounting, kKnown };
    State state = State::kUnknown;
    uint64_t keys = 0;
    uint64_t reserved = 0;
    store::Revision counted_at = 0;                          // up to and with this revision the count is the store's
    std::vector<std::pair<store::Revision, int>> meanwhile;  // while it is being counted
    std::vector<std::move_only_function<void(Result<>)>> waiting;
  };
  using Place = uint64_t;  // an account's Region

  // Only customer managed keys count.
  static bool Counts(const Key& key) { return key.manager == shapes::KeyManagerType::kCustomer; }
  static Place PlaceOf(AccountId account, Region region) { return account.number() << 16 | region.number(); }
  void Change(const Key& key, store::Revision revision, int by);
  void Await(AccountId account, Region region, std::move_only_function<void(Result<>)> done);
  struct Counted {
    uint64_t keys;
    store::Revision revision;
  };
  void CountNow(AccountId account, Region region);
  void Finish(AccountId account, Region region, Result<Counted> counted);
  // What the store's own count does not have yet. REQUIRES: mutex_.
  static void Add(store::Revision revision, int by, Count* count);
  Result<Counted> CountInStore(AccountId account, Region region) const;

  const seal::KeyHierarchy* hierarchy_;
  store::Store* store_;
  const ResourceQuotas* quotas_;
  WorkerPool* workers_;
  std::mutex mutex_;
  std::unordered_map<Place, Count> counts_;  // by mutex_
};

}  // namespace kagimori::keys

#endif  // KAGIMORI_KEYS_KEY_COUNTS_H_
