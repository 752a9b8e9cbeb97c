#ifndef KAGIMORI_CRYPTO_OPENSSL_H_
#define KAGIMORI_CRYPTO_OPENSSL_H_

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>

#include <memory>

#include "crypto/openssl_memory.h"

// Private to crypto/: owners of OpenSSL's objects and the algorithms that are fetched once.
namespace kagimori::crypto {

template <auto free_function>
struct OpenSslDeleter {
  template <class T>
  void operator()(T* object) const {
    free_function(object);
  }
};

using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, OpenSslDeleter<EVP_CIPHER_CTX_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, OpenSslDeleter<EVP_MD_CTX_free>>;
using KdfContext = std::unique_ptr<EVP_KDF_CTX, OpenSslDeleter<EVP_KDF_CTX_free>>;
using PkeyContext = std::unique_ptr<EVP_PKEY_CTX, OpenSslDeleter<EVP_PKEY_CTX_free>>;
using Pkey = std::unique_ptr<EVP_PKEY, OpenSslDeleter<EVP_PKEY_free>>;
using Bio = std::unique_ptr<BIO, OpenSslDeleter<BIO_free_all>>;

// Fetched by InitOpenSsl and never freed; constants of the process, shared by all threads.
struct Algorithms {
  EVP_CIPHER* aes_256_gcm = nullptr;
  EVP_KDF* argon2id = nullptr;
};
// Initializes OpenSSL if nobody has; throws std::runtime_error when that fails.
const Algorithms& GetAlgorithms();

// For calls that cannot fail but by a bug or exhausted memory. Clears OpenSSL's error queue; throws std::runtime_error.
void Require(bool ok, const char* what);

}  // namespace kagimori::crypto

#endif  // KAGIMORI_CRYPTO_OPENSSL_H_
