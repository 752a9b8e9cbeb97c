#include "crypto/init.h"

#include <malloc.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string>

#include "crypto/openssl.h"

namespace kagimori::crypto {
namespace {

void* WipingMalloc(size_t size, const char*, int) { return size == 0 ? nullptr : std::malloc(size); }

void WipingFree(void* block, const char*, int) {
  if (block == nullptr) return;
  explicit_bzero(block, malloc_usable_size(block));
  std::free(block);
}

// Not realloc(3), which frees the old block unwiped when it moves.
void* WipingRealloc(void* block, size_t size, const char* file, int line) {
  if (size == 0) {
    WipingFree(block, file, line);
    return nullptr;
  }
  const size_t usable = block == nullptr ? 0 : malloc_usable_size(block);
  if (size <= usable) return block;
  void* larger = std::malloc(size);
  if (larger == nullptr) return nullptr;
  if (usable > 0) std::memcpy(larger, block, usable);
  WipingFree(block, file, line);
  return larger;
}

Algorithms algorithms;  // written by Initialize, read after it

bool HasKeyType(const char* name) {
  EVP_KEYMGMT* type = EVP_KEYMGMT_fetch(nullptr, name, nullptr);
  EVP_KEYMGMT_free(type);
  return type != nullptr;
}

Result<> Initialize() {
  if (CRYPTO_set_mem_functions(WipingMalloc, WipingRealloc, WipingFree) != 1) {
    return Fail(ErrorKind::kInternal, "OpenSSL was used before InitOpenSsl");
  }
  // No configuration file: neither it nor the environment may swap an algorithm or load a module. No cleanup at exit:
  // it would pull OpenSSL away from threads that still run.
  if (OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ATEXIT, nullptr) != 1) {
    return Fail(ErrorKind::kInternal, "OpenSSL does not start");
  }
  algorithms.aes_256_gcm = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  algorithms.argon2id = EVP_KDF_fetch(nullptr, "ARGON2ID", nullptr);
  const char* missing = nullptr;
  if (algorithms.aes_256_gcm == nullptr) missing = "AES-256-GCM";
  if (algorithms.argon2id == nullptr) missing = "ARGON2ID";
  for (const char* name : {"ED25519", "RSA", "EC", "ML-DSA-65", "ML-KEM-768"}) {
    if (!HasKeyType(name)) missing = name;
  }
  ERR_clear_error();
  if (missing != nullptr) return Fail(ErrorKind::kInternal, std::string("OpenSSL lacks ") + missing);
  return {};
}

}  // namespace

Result<> InitOpenSsl() {
  static const Result<> result = Initialize();
  return result;
}

const Algorithms& GetAlgorithms() {
  static const bool ready = [] {
    Result<> result = InitOpenSsl();
    if (!result) throw std::runtime_error(result.error().text);
    return true;
  }();
  static_cast<void>(ready);
  return algorithms;
}

void Require(bool ok, const char* what) {
  if (ok) [[likely]]
    return;
  ERR_clear_error();
  throw std::runtime_error(std::string("OpenSSL failed: ") + what);
}

}  // namespace kagimori::crypto
