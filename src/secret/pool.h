#ifndef KAGIMORI_SECRET_POOL_H_
#define KAGIMORI_SECRET_POOL_H_

#include <cstddef>
#include <cstdint>

#include "base/result.h"
#include "secret/arena.h"

#if defined(__SANITIZE_ADDRESS__)
#define KAGIMORI_SECRET_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define KAGIMORI_SECRET_ASAN 1
#endif
#endif
#ifdef KAGIMORI_SECRET_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/lsan_interface.h>
#define KAGIMORI_SECRET_POISON(data, size) __asan_poison_memory_region(data, size)
#define KAGIMORI_SECRET_UNPOISON(data, size) __asan_unpoison_memory_region(data, size)
// OpenSSL's objects in the arena point to others outside of it, which are no leaks.
#define KAGIMORI_SECRET_ROOT(data, size) __lsan_register_root_region(data, size)
#define KAGIMORI_SECRET_UNROOT(data, size) __lsan_unregister_root_region(data, size)
#else
#define KAGIMORI_SECRET_POISON(data, size) static_cast<void>(0)
#define KAGIMORI_SECRET_UNPOISON(data, size) static_cast<void>(0)
#define KAGIMORI_SECRET_ROOT(data, size) static_cast<void>(0)
#define KAGIMORI_SECRET_UNROOT(data, size) static_cast<void>(0)
#endif

// The allocator below SecretBytes and WipingBuffer; private to secret/.
//
// Blocks come in size classes, carved from large mappings; free ones are listed *outside* of the memory they lie in,
// per thread and centrally, and are all zeros: nothing is written into a freed block, so that neither a leak nor a
// write after free can hide in it, and a new block needs no clearing. Larger blocks have a mapping each. Thread-safe.
namespace kagimori::secret {

enum class PoolKind : uint8_t {
  kSecret,  // the arena
  kBody,    // message bodies: undumpable, not locked
};

struct Block {
  uint8_t* data = nullptr;
  size_t capacity = 0;
};

// What an ML-DSA-87 signature takes at once (138 KB) has a class yet: mapping it anew each time costs as much as
// signing.
inline constexpr size_t kLargestClass = 144 * 1024;

// `size` zero bytes at 16-byte alignment. Under AddressSanitizer only those may be touched, not the block's capacity.
// REQUIRES: size > 0. Throws std::bad_alloc.
Block AllocateBlock(PoolKind kind, size_t size);
// The capacity of every block of `size` bytes.
size_t BlockCapacity(size_t size);
// Wipes the whole block. REQUIRES: a block of AllocateBlock of the same kind.
void FreeBlock(PoolKind kind, Block block) noexcept;

Result<> ConfigureSecretPool(size_t size, bool allow_unlocked);
Arena::Stats SecretPoolStats();
size_t SecretPoolLimit();

}  // namespace kagimori::secret

#endif  // KAGIMORI_SECRET_POOL_H_
