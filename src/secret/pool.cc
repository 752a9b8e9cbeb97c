#include "secret/pool.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <mutex>
#include <new>
#include <vector>

#include "base/vector_registers.h"

namespace kagimori::secret {
namespace {

constexpr std::array<uint32_t, 26> kClassSizes = {16,    32,    48,    64,    96,    128,   192,   256,          384,
                                                  512,   768,   1024,  1536,  2048,  3072,  4096,  6144,         8192,
                                                  12288, 16384, 24576, 32768, 49152, 65536, 98304, kLargestClass};
constexpr size_t kClasses = kClassSizes.size();
constexpr size_t kStep = 16;  // every class is a multiple, which is also the alignment
constexpr size_t kMaxCached = 32;
constexpr size_t kOverflowChunk = 256 * 1024;
constexpr size_t kBodyChunk = 1024 * 1024;

// The class for a size, by its number of steps.
constexpr auto kClassOf = [] {
  std::array<uint8_t, kLargestClass / kStep + 1> classes{};
  uint8_t at = 0;
  for (size_t steps = 0; steps < classes.size(); ++steps) {
    if (steps * kStep > kClassSizes[at]) ++at;
    classes[steps] = at;
  }
  return classes;
}();

// Small classes are cached generously, large ones hardly: a thread keeps at most this many bytes (or one block) of
// each.
constexpr size_t kCachedBytes = 16 * 1024;
constexpr auto kCacheLimit = [] {
  std::array<uint8_t, kClasses> limits{};
  for (size_t i = 0; i < kClasses; ++i)
    limits[i] = static_cast<uint8_t>(std::clamp<size_t>(kCachedBytes / kClassSizes[i], 1, kMaxCached));
  return limits;
}();

size_t ClassOf(size_t size) { return kClassOf[(size + kStep - 1) / kStep]; }

// What a thread took from a pool less what it gave back, in bytes; only that thread changes the number. Alone it may be
// negative: another thread may give back. Linked where it lies, so that joining the list cannot fail.
struct LiveCounter {
  std::atomic<int64_t> bytes = 0;
  LiveCounter* previous = nullptr;
  LiveCounter* next = nullptr;
};

class Pool {
 public:
  explicit Pool(PoolKind kind) : kind_(kind), limit_(kind == PoolKind::kSecret ? kOverflowLimit : kBodyLimit) {}

  Result<> Configure(size_t size, bool allow_unlocked) {
    std::lock_guard lock(mutex_);
    if (kind_ != PoolKind::kSecret || started_) return Fail(ErrorKind::kInvalid, "the secret arena is already in use");
    if (size < kOverflowChunk) return Fail(ErrorKind::kInvalid, "a secret arena has at least 256 KiB");
    allow_unlocked_ = allow_unlocked;
    return StartLocked(size);
  }

  // Up to `wanted` free blocks of a class, at least one.
  size_t Take(size_t size_class, uint8_t** out, size_t wanted) {
    std::lock_guard lock(mutex_);
    std::vector<uint8_t*>& free = free_[size_class];
    if (free.empty()) CarveLocked(size_class);
    size_t count = std::min(wanted, free.size());
    std::copy(free.end() - static_cast<ptrdiff_t>(count), free.end(), out);
    free.resize(free.size() - count);
    return count;
  }

  // Cannot throw: the lists have room for every block that was ever carved.
  void Give(size_t size_class, uint8_t* const* blocks, size_t count) noexcept {
    std::lock_guard lock(mutex_);
    free_[size_class].insert(free_[size_class].end(), blocks, blocks + count);
  }

  Block TakeLarge(size_t size) {
    size = RoundToPages(size);
    std::lock_guard lock(mutex_);
    if (!started_) StartOrThrowLocked();
    Mapping mapping = MapLocked(size);
    KAGIMORI_SECRET_POISON(mapping.data, mapping.size);
    return {mapping.data, mapping.size};
  }

  void GiveLarge(Block block) noexcept {
    KAGIMORI_SECRET_UNPOISON(block.data, block.capacity);
    KAGIMORI_SECRET_UNROOT(block.data, block.capacity);
    Unmap({block.data, block.capacity});
    std::lock_guard lock(mutex_);
    mapped_ -= block.capacity;
  }

  void AddCounter(LiveCounter* counter) noexcept {
    std::lock_guard lock(mutex_);
    counter->next = counters_;
    if (counters_ != nullptr) counters_->previous = counter;
    counters_ = counter;
  }
  void RemoveCounter(LiveCounter* counter) noexcept {
    std::lock_guard lock(mutex_);
    (counter->previous != nullptr ? counter->previous->next : counters_) = counter->next;
    if (counter->next != nullptr) counter->next->previous = counter->previous;
    ended_live_ += counter->bytes.load(std::memory_order_relaxed);
  }
  // For a thread that has no counter any more.
  void AddLive(int64_t bytes) noexcept {
    std::lock_guard lock(mutex_);
    ended_live_ += bytes;
  }

  Arena::Stats Stats() {
    std::lock_guard lock(mutex_);
    int64_t live = ended_live_;
    for (const LiveCounter* at = counters_; at != nullptr; at = at->next) {
      live += at->bytes.load(std::memory_order_relaxed);
    }
    return {weakest_, arena_size_, mapped_, carved_, static_cast<size_t>(std::max<int64_t>(live, 0))};
  }

  size_t Limit() {
    std::lock_guard lock(mutex_);
    const size_t most = (started_ ? arena_size_ : kDefaultArenaSize) + limit_;
    return allow_unlocked_ ? most : std::min(most, LockableMemory());
  }

 private:
  Result<> StartLocked(size_t size) {
    KAGIMORI_ASSIGN_OR_RETURN(Mapping arena, MapSecret(size, allow_unlocked_));
    KAGIMORI_SECRET_ROOT(arena.data, arena.size);
    KAGIMORI_SECRET_POISON(arena.data, arena.size);
    weakest_ = arena.backing;
    arena_size_ = arena.size;
    chunk_ = arena.data;
    chunk_left_ = arena.size;
    started_ = true;
    return {};
  }

  void StartOrThrowLocked() {
    if (kind_ == PoolKind::kSecret) {
      if (!StartLocked(kDefaultArenaSize)) throw std::bad_alloc();
    }
    started_ = true;
  }

  // A mapping within the pool's bound.
  Mapping MapLocked(size_t size) {
    if (size > limit_ || mapped_ > limit_ - size) throw std::bad_alloc();
    Result<Mapping> mapping = kind_ == PoolKind::kSecret ? MapSecret(size, allow_unlocked_) : MapUndumpable(size);
    if (!mapping) throw std::bad_alloc();
    KAGIMORI_SECRET_ROOT(mapping->data, mapping->size);
    mapped_ += mapping->size;
    weakest_ = std::max(weakest_, mapping->backing);
    return *mapping;
  }

  // Cuts a page's worth of blocks (at least one) for a class. What is left of an exhausted chunk is given up.
  void CarveLocked(size_t size_class) {
    if (!started_) StartOrThrowLocked();
    const size_t size = kClassSizes[size_class];
    if (chunk_left_ < size) {
      Mapping mapping = MapLocked(kind_ == PoolKind::kSecret ? kOverflowChunk : kBodyChunk);
      KAGIMORI_SECRET_POISON(mapping.data, mapping.size);
      chunk_ = mapping.data;
      chunk_left_ = mapping.size;
    }
    const size_t count = std::min(std::max<size_t>(4096 / size, 1), chunk_left_ / size);
    blocks_[size_class] += count;
    // Grown by doubling, for otherwise a class that grows by pages would copy its list each time.
    if (free_[size_class].capacity() < blocks_[size_class]) free_[size_class].reserve(2 * blocks_[size_class]);
    for (size_t i = 0; i < count; ++i) free_[size_class].push_back(chunk_ + i * size);
    chunk_ += count * size;
    chunk_left_ -= count * size;
    carved_ += count * size;
  }

  const PoolKind kind_;
  const size_t limit_;
  std::mutex mutex_;  // guards everything below
  bool started_ = false;
  bool allow_unlocked_ = false;
  Backing weakest_ = Backing::kMemfdSecret;
  size_t arena_size_ = 0;
  size_t mapped_ = 0;  // beyond the arena
  size_t carved_ = 0;
  int64_t ended_live_ = 0;  // of the threads that have ended
  LiveCounter* counters_ = nullptr;
  uint8_t* chunk_ = nullptr;  // what is left of the newest chunk
  size_t chunk_left_ = 0;
  std::array<size_t, kClasses> blocks_{};
  std::array<std::vector<uint8_t*>, kClasses> free_;
};

// Never destroyed: objects with static storage may hold secrets until the process ends.
Pool& GetPool(PoolKind kind) {
  static Pool* const pools[] = {new Pool(PoolKind::kSecret), new Pool(PoolKind::kBody)};
  return *pools[static_cast<size_t>(kind)];
}

struct ThreadCache {
  std::array<uint8_t, kClasses> count;
  std::array<std::array<uint8_t*, kMaxCached>, kClasses> blocks;
};

// Without constructor or destructor, so that reaching it costs no guard; CacheOwner gives the blocks back at the
// thread's end.
enum class CacheState : uint8_t { kNew, kLive, kGone };
constinit thread_local CacheState cache_state = CacheState::kNew;
constinit thread_local std::array<ThreadCache, 2> caches{};
constinit thread_local std::array<LiveCounter, 2> live{};

struct CacheOwner {
  CacheOwner() {
    for (PoolKind kind : {PoolKind::kSecret, PoolKind::kBody}) {
      GetPool(kind).AddCounter(&live[static_cast<size_t>(kind)]);
    }
    cache_state = CacheState::kLive;
  }
  ~CacheOwner() {
    cache_state = CacheState::kGone;
    for (PoolKind kind : {PoolKind::kSecret, PoolKind::kBody}) {
      GetPool(kind).RemoveCounter(&live[static_cast<size_t>(kind)]);
      ThreadCache& cache = caches[static_cast<size_t>(kind)];
      for (size_t i = 0; i < kClasses; ++i) {
        GetPool(kind).Give(i, cache.blocks[i].data(), cache.count[i]);
        cache.count[i] = 0;
      }
    }
  }
};

// False once the thread is on its way out; other thread-local objects may still free secrets then.
bool CacheIsLive() {
  if (cache_state == CacheState::kNew) {
    static thread_local CacheOwner owner;
    static_cast<void>(&owner);
  }
  return cache_state == CacheState::kLive;
}

// REQUIRES: CacheIsLive() was asked on this thread. No lock prefix: nobody else writes.
void CountLive(PoolKind kind, int64_t bytes) noexcept {
  if (cache_state == CacheState::kGone) [[unlikely]]
    return GetPool(kind).AddLive(bytes);
  std::atomic<int64_t>& counter = live[static_cast<size_t>(kind)].bytes;
  counter.store(counter.load(std::memory_order_relaxed) + bytes, std::memory_order_relaxed);
}

[[gnu::noinline]] uint8_t* TakeSlowly(PoolKind kind, ThreadCache& cache, size_t size_class) {
  uint8_t* block;
  if (!CacheIsLive()) {
    GetPool(kind).Take(size_class, &block, 1);
    return block;
  }
  const size_t wanted = (kCacheLimit[size_class] + 1u) / 2;
  size_t count = GetPool(kind).Take(size_class, cache.blocks[size_class].data(), wanted);
  cache.count[size_class] = static_cast<uint8_t>(count - 1);
  return cache.blocks[size_class][count - 1];
}

[[gnu::noinline]] void GiveSlowly(PoolKind kind, ThreadCache& cache, size_t size_class, uint8_t* block) noexcept {
  if (!CacheIsLive()) return GetPool(kind).Give(size_class, &block, 1);
  if (cache.count[size_class] == kCacheLimit[size_class]) {
    const size_t kept = kCacheLimit[size_class] / 2u;
    GetPool(kind).Give(size_class, cache.blocks[size_class].data() + kept, cache.count[size_class] - kept);
    cache.count[size_class] = static_cast<uint8_t>(kept);
  }
  cache.blocks[size_class][cache.count[size_class]++] = block;
}

}  // namespace

Block AllocateBlock(PoolKind kind, size_t size) {
  if (size > kLargestClass) [[unlikely]] {
    Block block = GetPool(kind).TakeLarge(size);
    CacheIsLive();
    CountLive(kind, static_cast<int64_t>(block.capacity));
    KAGIMORI_SECRET_UNPOISON(block.data, size);
    return block;
  }
  const size_t size_class = ClassOf(size);
  ThreadCache& cache = caches[static_cast<size_t>(kind)];
  uint8_t* data;
  if (cache.count[size_class] > 0) [[likely]] {
    data = cache.blocks[size_class][--cache.count[size_class]];
  } else {
    data = TakeSlowly(kind, cache, size_class);
  }
  CountLive(kind, kClassSizes[size_class]);
  KAGIMORI_SECRET_UNPOISON(data, size);
  return {data, kClassSizes[size_class]};
}

size_t BlockCapacity(size_t size) { return size > kLargestClass ? RoundToPages(size) : kClassSizes[ClassOf(size)]; }

void FreeBlock(PoolKind kind, Block block) noexcept {
  KAGIMORI_SECRET_UNPOISON(block.data, block.capacity);
  explicit_bzero(block.data, block.capacity);
  ClearVectorRegisters();  // of what was copied from the block
  CacheIsLive();
  CountLive(kind, -static_cast<int64_t>(block.capacity));
  if (block.capacity > kLargestClass) [[unlikely]]
    return GetPool(kind).GiveLarge(block);
  KAGIMORI_SECRET_POISON(block.data, block.capacity);
  const size_t size_class = ClassOf(block.capacity);
  ThreadCache& cache = caches[static_cast<size_t>(kind)];
  if (cache_state == CacheState::kLive && cache.count[size_class] < kCacheLimit[size_class]) [[likely]] {
    cache.blocks[size_class][cache.count[size_class]++] = block.data;
  } else {
    GiveSlowly(kind, cache, size_class, block.data);
  }
}

Result<> ConfigureSecretPool(size_t size, bool allow_unlocked) {
  return GetPool(PoolKind::kSecret).Configure(size, allow_unlocked);
}

Arena::Stats SecretPoolStats() { return GetPool(PoolKind::kSecret).Stats(); }

size_t SecretPoolLimit() { return GetPool(PoolKind::kSecret).Limit(); }

}  // namespace kagimori::secret
