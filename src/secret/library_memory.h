#ifndef KAGIMORI_SECRET_LIBRARY_MEMORY_H_
#define KAGIMORI_SECRET_LIBRARY_MEMORY_H_

#include <cstddef>
#include <cstdint>

// The arena for a library that asks for memory through hooks of its own (OpenSSL): its objects hold secrets that no
// SecretBytes can. Thread-safe.
namespace kagimori::secret {

// `size` zero bytes at 16-byte alignment; null at the arena's bound. REQUIRES: size > 0.
uint8_t* AllocateForLibrary(size_t size) noexcept;
// Wipes them. REQUIRES: `data` and `size` of one AllocateForLibrary.
void FreeForLibrary(uint8_t* data, size_t size) noexcept;

}  // namespace kagimori::secret

#endif  // KAGIMORI_SECRET_LIBRARY_MEMORY_H_
