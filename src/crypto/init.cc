#include "crypto/init.h"

#include <openssl/crypto.h>
#include <openssl/decoder.h>
#include <openssl/encoder.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include <stdexcept>
#include <string>

#include "crypto/openssl.h"

namespace kagimori::crypto {
namespace {

Algorithms algorithms;  // written by Initialize, read after it

// OpenSSL makes the implementations of a kind at the first fetch of one of them, and keeps them: made here, they lie in
// ordinary memory, and not in the arena when a private key is the first to need them.
void MakeImplementations() {
  EVP_SIGNATURE_free(EVP_SIGNATURE_fetch(nullptr, "ECDSA", nullptr));
  EVP_ASYM_CIPHER_free(EVP_ASYM_CIPHER_fetch(nullptr, "RSA", nullptr));
  EVP_KEYEXCH_free(EVP_KEYEXCH_fetch(nullptr, "ECDH", nullptr));
  EVP_KEM_free(EVP_KEM_fetch(nullptr, "ML-KEM-768", nullptr));
  EVP_MAC_free(EVP_MAC_fetch(nullptr, "HMAC", nullptr));
  EVP_MD_free(EVP_MD_fetch(nullptr, "SHA2-256", nullptr));
  EVP_RAND_free(EVP_RAND_fetch(nullptr, "CTR-DRBG", nullptr));
  OSSL_DECODER_free(OSSL_DECODER_fetch(nullptr, "RSA", nullptr));
  OSSL_ENCODER_free(OSSL_ENCODER_fetch(nullptr, "RSA", nullptr));
}

bool HasKeyType(const char* name) {
  EVP_KEYMGMT* type = EVP_KEYMGMT_fetch(nullptr, name, nullptr);
  EVP_KEYMGMT_free(type);
  return type != nullptr;
}

Result<> Initialize() {
  if (!InstallOpenSslMemory()) {
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
  for (const char* name : {"ED25519", "RSA", "EC", "SM2", "ML-DSA-44", "ML-DSA-65", "ML-DSA-87", "ML-KEM-512",
                           "ML-KEM-768", "ML-KEM-1024"}) {
    if (!HasKeyType(name)) missing = name;
  }
  MakeImplementations();
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
