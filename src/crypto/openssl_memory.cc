#include "crypto/openssl_memory.h"

#include <openssl/crypto.h>

#include <cstdlib>
#include <cstring>
#include <limits>
#include <new>

#include "crypto/random.h"
#include "secret/library_memory.h"

namespace kagimori::crypto {
namespace {

enum class Home : uint32_t { kHeap, kArena };

// Stands before every block, so that free knows its size and where it belongs.
struct alignas(16) Header {
  size_t size;  // bytes that were asked for, and this header
  Home home;
};

struct ThreadState {
  int scopes = 0;
  OpenSslBytes bytes;
};
constinit thread_local ThreadState thread_state;

int64_t& BytesAt(Home home) { return home == Home::kArena ? thread_state.bytes.arena : thread_state.bytes.heap; }

void* Allocate(size_t size, const char*, int) {
  if (size == 0 || size > std::numeric_limits<size_t>::max() - sizeof(Header)) return nullptr;
  const Header header{.size = sizeof(Header) + size, .home = thread_state.scopes > 0 ? Home::kArena : Home::kHeap};
  void* block = header.home == Home::kArena ? secret::AllocateForLibrary(header.size) : std::malloc(header.size);
  if (block == nullptr) return nullptr;
  BytesAt(header.home) += static_cast<int64_t>(header.size);
  return new (block) Header(header) + 1;
}

void Free(void* memory, const char*, int) {
  if (memory == nullptr) return;
  Header* block = static_cast<Header*>(memory) - 1;
  const Header header = *block;
  BytesAt(header.home) -= static_cast<int64_t>(header.size);
  if (header.home == Home::kArena) {
    secret::FreeForLibrary(reinterpret_cast<uint8_t*>(block), header.size);
    return;
  }
  explicit_bzero(block, header.size);
  std::free(block);
}

// Not realloc(3), which frees the old block unwiped when it moves.
void* Reallocate(void* memory, size_t size, const char* file, int line) {
  if (memory == nullptr) return Allocate(size, file, line);
  if (size == 0) {
    Free(memory, file, line);
    return nullptr;
  }
  const size_t old_size = (static_cast<Header*>(memory) - 1)->size - sizeof(Header);
  if (size <= old_size) return memory;
  void* larger = Allocate(size, file, line);
  if (larger == nullptr) return nullptr;
  std::memcpy(larger, memory, old_size);
  Free(memory, file, line);
  return larger;
}

}  // namespace

bool InstallOpenSslMemory() { return CRYPTO_set_mem_functions(Allocate, Reallocate, Free) == 1; }

SecretAllocations::SecretAllocations() {
  PrepareThreadGenerator();
  ++thread_state.scopes;
}
SecretAllocations::~SecretAllocations() { --thread_state.scopes; }
OpenSslBytes OpenSslBytesOfThread() { return thread_state.bytes; }

}  // namespace kagimori::crypto
