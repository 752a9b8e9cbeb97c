#ifndef KAGIMORI_SECRET_ARENA_H_
#define KAGIMORI_SECRET_ARENA_H_

#include <cstddef>

#include "base/result.h"
#include "secret/mapping.h"

namespace kagimori::secret {

inline constexpr size_t kDefaultArenaSize = 4 * 1024 * 1024;
// Beyond the arena, secrets go to further mappings of the same kind, this many bytes of them at most.
inline constexpr size_t kOverflowLimit = 64 * 1024 * 1024;
// Message bodies (secret::WipingBuffer) have memory of their own, this much at most.
inline constexpr size_t kBodyLimit = 512 * 1024 * 1024;

// The one bounded memory in which SecretBytes live. Whoever caches key material bounds it by Stats and evicts; running
// into the overflow's end is a bug and throws std::bad_alloc.
class Arena {
 public:
  // Maps the arena now, so that main can refuse to start: kIo when the kernel gives no guarded memory and
  // `allow_unlocked` is false. Call once, before the first secret; kInvalid after it. A program that never calls it
  // gets the default size, guarded, at its first secret, or std::bad_alloc.
  static Result<> Configure(size_t size, bool allow_unlocked);

  struct Stats {
    Backing backing = Backing::kUnlocked;  // the weakest of the mappings in use
    size_t arena_bytes = 0;                // size of the first mapping
    size_t overflow_bytes = 0;             // mapped beyond it
    size_t carved_bytes = 0;               // ever handed to a size class; only grows
    size_t live_bytes = 0;                 // of blocks that hold a secret now; exact while no other thread makes any
  };
  // Thread-safe.
  static Stats GetStats();

  // The most bytes that all secrets together may come to: the arena and its overflow or, where that is less, the memory
  // that this process may lock now. Whoever caches key material keeps well below it.
  static size_t Limit();
};

}  // namespace kagimori::secret

#endif  // KAGIMORI_SECRET_ARENA_H_
