#include "crypto/passphrase.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/params.h>

#include "crypto/openssl.h"
#include "crypto/secret_opener.h"

namespace kagimori::crypto {
namespace {

constexpr size_t kMaxPassphrase = 4096;
constexpr size_t kMinSalt = 8;  // RFC 9106 section 3.1; 16 is what it recommends and what slots have
constexpr size_t kMaxSalt = 64;

Result<> CheckBounds(size_t passphrase_size, size_t salt_size, const Argon2Parameters& parameters) {
  if (passphrase_size == 0 || passphrase_size > kMaxPassphrase) {
    return Fail(ErrorKind::kInvalid, "a passphrase has 1 to 4096 bytes");
  }
  if (salt_size < kMinSalt || salt_size > kMaxSalt)
    return Fail(ErrorKind::kInvalid, "an Argon2 salt has 8 to 64 bytes");
  if (parameters.memory_kib < 8 * 1024 || parameters.memory_kib > 4 * 1024 * 1024) {
    return Fail(ErrorKind::kInvalid, "Argon2 memory outside of 8 MiB to 4 GiB");
  }
  if (parameters.passes < 1 || parameters.passes > 64)
    return Fail(ErrorKind::kInvalid, "Argon2 passes outside of 1 to 64");
  if (parameters.lanes < 1 || parameters.lanes > 16)
    return Fail(ErrorKind::kInvalid, "Argon2 lanes outside of 1 to 16");
  return {};
}

}  // namespace

Result<secret::SecretKey256> StretchPassphrase(const secret::SecretBytes& passphrase, ByteView salt,
                                               const Argon2Parameters& parameters) {
  KAGIMORI_RETURN_IF_ERROR(CheckBounds(passphrase.size(), salt.size(), parameters));
  KdfContext context(EVP_KDF_CTX_new(GetAlgorithms().argon2id));
  Require(context != nullptr, "Argon2id context");

  ByteView secret_bytes = SecretOpener::Open(passphrase);
  uint32_t passes = parameters.passes;
  uint32_t lanes = parameters.lanes;
  uint32_t memory = parameters.memory_kib;
  uint32_t threads = 1;  // more need a thread pool of OpenSSL's own; the lanes are computed one after another
  // OpenSSL copies passphrase and salt and clears its copies and the memory it filled.
  const OSSL_PARAM params[] = {
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_PASSWORD, const_cast<uint8_t*>(secret_bytes.data()),
                                        secret_bytes.size()),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, const_cast<uint8_t*>(salt.data()), salt.size()),
      OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_ITER, &passes),
      OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_ARGON2_LANES, &lanes),
      OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_THREADS, &threads),
      OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_ARGON2_MEMCOST, &memory),
      OSSL_PARAM_construct_end(),
  };
  secret::SecretKey256 key;
  auto out = SecretOpener::OpenMutable(key);
  if (EVP_KDF_derive(context.get(), out.data(), out.size(), params) != 1) {
    // Every parameter is within OpenSSL's own bounds: what is left to fail is the memory.
    ERR_clear_error();
    return Fail(ErrorKind::kLimit, "not enough memory for Argon2id with these parameters");
  }
  return key;
}

}  // namespace kagimori::crypto
