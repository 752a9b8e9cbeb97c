#ifndef KAGIMORI_CRYPTO_OPENSSL_MEMORY_H_
#define KAGIMORI_CRYPTO_OPENSSL_MEMORY_H_

#include <cstdint>

// Private to crypto/: the memory of OpenSSL's objects.
namespace kagimori::crypto {

// Makes OpenSSL wipe what it frees, and allocate where SecretAllocations says. False: OpenSSL has allocated already.
// Call once.
bool InstallOpenSslMemory();

// While one lives, what OpenSSL allocates on this thread lies in the secret arena: private keys, and what is computed
// with them. Blocks go back where they came from, whenever and on whatever thread they are freed. Nests.
//
// At the arena's bound OpenSSL is out of memory, and its call fails: nothing falls back to ordinary memory.
class SecretAllocations {
 public:
  SecretAllocations();
  ~SecretAllocations();
  SecretAllocations(const SecretAllocations&) = delete;
  SecretAllocations& operator=(const SecretAllocations&) = delete;
};

// Bytes that OpenSSL has taken on the calling thread so far, less what it has given back there: differences of it tell
// how large an object is.
struct OpenSslBytes {
  int64_t heap = 0;
  int64_t arena = 0;
};
OpenSslBytes OpenSslBytesOfThread();

}  // namespace kagimori::crypto

#endif  // KAGIMORI_CRYPTO_OPENSSL_MEMORY_H_
