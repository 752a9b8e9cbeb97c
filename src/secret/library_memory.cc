#include "secret/library_memory.h"

#include <new>

#include "secret/pool.h"

namespace kagimori::secret {

uint8_t* AllocateForLibrary(size_t size) noexcept {
  try {
    return AllocateBlock(PoolKind::kSecret, size).data;
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

void FreeForLibrary(uint8_t* data, size_t size) noexcept { FreeBlock(PoolKind::kSecret, {data, BlockCapacity(size)}); }

}  // namespace kagimori::secret
