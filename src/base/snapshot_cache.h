#ifndef KAGIMORI_BASE_SNAPSHOT_CACHE_H_
#define KAGIMORI_BASE_SNAPSHOT_CACHE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace kagimori {

// The node's immutable snapshots of stored things (keys, aliases, credentials), found without a lock.
//
//   * A value never changes; a commit that changes the thing calls Invalidate before its response leaves. From then on
//   no
//     lookup on any thread gives the old value (`superseded` is one atomic flag in the entry that all threads share).
//   * Each core keeps a small direct-mapped View of its own in front of the shared table; only a miss there takes the
//   lock.
//   * Loading is the caller's business: BeginLoad before the store is read, Insert after. A value read before an
//     invalidation is not inserted (Insert says so; read again).
//
// Bounded: entries that cost `capacity` together in the table (random replacement; an entry costs 1 unless Insert says
// otherwise), `kViewSlots` entries in each View.
template <class Key, class Value, class Hash = std::hash<Key>>
class SnapshotCache {
 public:
  struct Entry {
    Entry(Key k, std::shared_ptr<const Value> v, size_t c) : key(std::move(k)), value(std::move(v)), cost(c) {}
    const Key key;
    const std::shared_ptr<const Value> value;
    const size_t cost;
    std::atomic<bool> superseded{false};
  };
  using Ref = std::shared_ptr<const Entry>;

  // A core's own front of the cache. Not thread-safe: one per thread.
  class View {
   public:
    explicit View(SnapshotCache* cache) : cache_(cache), slots_(kViewSlots) {}

    // Null on a miss. The pointer is valid until the next call on this View; copy the shared_ptr to keep it.
    const std::shared_ptr<const Value>* Find(const Key& key) {
      std::shared_ptr<Entry>& slot = slots_[Hash()(key) & (kViewSlots - 1)];
      if (slot != nullptr && slot->key == key && !slot->superseded.load(std::memory_order_acquire)) return &slot->value;
      std::shared_ptr<Entry> found = cache_->Find(key);
      if (found == nullptr) return nullptr;
      slot = std::move(found);
      return &slot->value;
    }

    // Drops what another thread has superseded, or the table has evicted, in the next `count` slots; call now and then
    // so that old snapshots, and the secrets in them, do not live on.
    void Sweep(size_t count = kViewSlots) {
      for (size_t i = 0; i < count; ++i) {
        std::shared_ptr<Entry>& slot = slots_[sweep_at_++ & (kViewSlots - 1)];
        if (slot != nullptr && slot->superseded.load(std::memory_order_acquire)) slot.reset();
      }
    }
    void Clear() {
      for (auto& slot : slots_) slot.reset();
    }

   private:
    SnapshotCache* cache_;
    std::vector<std::shared_ptr<Entry>> slots_;
    size_t sweep_at_ = 0;
  };

  explicit SnapshotCache(size_t capacity) : capacity_(capacity) {}

  // Before the store is read: gives the ticket that Insert wants.
  uint64_t BeginLoad() const {
    std::lock_guard lock(mutex_);
    return invalidations_;
  }

  // False (and nothing is cached) when anything that maps to this key's bucket was invalidated since `ticket`: then the
  // value may be old. A value that costs more than the whole capacity is kept alone.
  bool Insert(uint64_t ticket, const Key& key, std::shared_ptr<const Value> value, size_t cost = 1) {
    std::lock_guard lock(mutex_);
    if (recent_[Hash()(key) % kRecent] > ticket) return false;
    Remove(entries_.find(key));
    while (cost_ + cost > capacity_ && !entries_.empty()) EvictOne();
    entries_.emplace(key, std::make_shared<Entry>(key, std::move(value), cost));
    cost_ += cost;
    return true;
  }

  // For threads without a View; takes the lock. Null on a miss.
  std::shared_ptr<const Value> Get(const Key& key) {
    std::shared_ptr<Entry> found = Find(key);
    return found == nullptr ? nullptr : found->value;
  }

  void Invalidate(const Key& key) {
    std::lock_guard lock(mutex_);
    recent_[Hash()(key) % kRecent] = ++invalidations_;
    Remove(entries_.find(key));
  }

  void InvalidateAll() {
    std::lock_guard lock(mutex_);
    ++invalidations_;
    for (auto& at : recent_) at = invalidations_;
    for (auto& [key, entry] : entries_) entry->superseded.store(true, std::memory_order_release);
    entries_.clear();
    cost_ = 0;
  }

  size_t size() const {
    std::lock_guard lock(mutex_);
    return entries_.size();
  }
  // Of all entries together.
  size_t cost() const {
    std::lock_guard lock(mutex_);
    return cost_;
  }

 private:
  static constexpr size_t kViewSlots = 8192;
  static constexpr size_t kRecent = 4096;
  using Entries = std::unordered_map<Key, std::shared_ptr<Entry>, Hash>;

  std::shared_ptr<Entry> Find(const Key& key) {
    std::lock_guard lock(mutex_);
    auto found = entries_.find(key);
    return found == entries_.end() ? nullptr : found->second;
  }

  // REQUIRES: mutex_ held.
  void Remove(typename Entries::iterator at) {
    if (at == entries_.end()) return;
    at->second->superseded.store(true, std::memory_order_release);
    cost_ -= at->second->cost;
    entries_.erase(at);
  }

  // REQUIRES: mutex_ held, entries_ not empty. Random replacement: the buckets are walked round and round.
  void EvictOne() {
    for (size_t i = 0; i < entries_.bucket_count(); ++i) {
      size_t bucket = evict_at_++ % entries_.bucket_count();
      auto first = entries_.begin(bucket);
      if (first == entries_.end(bucket)) continue;
      Remove(entries_.find(first->first));
      return;
    }
  }

  const size_t capacity_;
  mutable std::mutex mutex_;
  Entries entries_;
  size_t cost_ = 0;  // of the entries together
  std::vector<uint64_t> recent_ =
      std::vector<uint64_t>(kRecent, 0);  // the newest invalidation, by bucket of the key's hash
  uint64_t invalidations_ = 0;
  size_t evict_at_ = 0;
};

}  // namespace kagimori

#endif  // KAGIMORI_BASE_SNAPSHOT_CACHE_H_
