#ifndef KAGIMORI_SECRET_MAPPING_H_
#define KAGIMORI_SECRET_MAPPING_H_

#include <cstddef>
#include <cstdint>

#include "base/result.h"

namespace kagimori::secret {

// How well the kernel guards a mapping, best first.
enum class Backing {
  kMemfdSecret,  // memfd_secret(2): out of the kernel's own mappings; no debugger, core dump, swap or other process
                 // sees it
  kLocked,       // mlock(2) + MADV_DONTDUMP: never in swap or a core dump
  kUnlocked,     // MADV_DONTDUMP only: may reach swap
};

struct Mapping {
  uint8_t* data = nullptr;
  size_t size = 0;  // whole pages
  Backing backing = Backing::kUnlocked;
};

// Zero pages for secrets: memfd_secret where the kernel has it, else locked, else (only when `allow_unlocked`)
// unlocked; kIo when none can be had. A forked child does not inherit them (MADV_DONTFORK): it ends at its first touch
// instead of sharing pages with, or continuing on copies of the secrets of, its parent. REQUIRES: size > 0.
Result<Mapping> MapSecret(size_t size, bool allow_unlocked);

// How many bytes of such pages this process may have in all, as RLIMIT_MEMLOCK and CAP_IPC_LOCK are now.
size_t LockableMemory();

// Zero pages for message bodies: not in core dumps, but not locked.
Result<Mapping> MapUndumpable(size_t size);

void Unmap(const Mapping& mapping) noexcept;

// `size` in whole pages; SIZE_MAX when there is no such number.
size_t RoundToPages(size_t size);

}  // namespace kagimori::secret

#endif  // KAGIMORI_SECRET_MAPPING_H_
