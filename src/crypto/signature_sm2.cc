#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/params.h>

#include "crypto/hash_internal.h"
#include "crypto/openssl.h"
#include "crypto/signature_internal.h"

namespace kagimori::crypto::internal {
namespace {

// GM/T 0009-2012 section 10: the signer's identifier where none was agreed on.
char kDefaultIdentifier[] = "1234567812345678";

const OSSL_PARAM* Identifier() {
  static const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_DIST_ID, kDefaultIdentifier, sizeof kDefaultIdentifier - 1),
      OSSL_PARAM_construct_end()};
  return parameters;
}

}  // namespace

Result<Bytes> SignSm2Message(EVP_PKEY* key, ByteView message) {
  const char* hash = HashName(HashAlgorithm::kSm3);
  Bytes signature(static_cast<size_t>(EVP_PKEY_get_size(key)));
  size_t size = signature.size();
  const SecretAllocations in_arena;
  DigestContext context(EVP_MD_CTX_new());
  if (!context || EVP_DigestSignInit_ex(context.get(), nullptr, hash, nullptr, nullptr, key, Identifier()) != 1 ||
      EVP_DigestSign(context.get(), signature.data(), &size, message.data(), message.size()) != 1) {
    ERR_clear_error();
    return Fail(ErrorKind::kInternal, "OpenSSL did not sign by SM2");
  }
  signature.resize(size);
  return signature;
}

bool VerifySm2Message(EVP_PKEY* key, ByteView message, ByteView signature) {
  DigestContext context(EVP_MD_CTX_new());
  Require(context && EVP_DigestVerifyInit_ex(context.get(), nullptr, HashName(HashAlgorithm::kSm3), nullptr, nullptr,
                                             key, Identifier()) == 1,
          "SM2 context");
  const bool valid =
      EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(), message.size()) == 1;
  if (!valid) ERR_clear_error();
  return valid;
}

}  // namespace kagimori::crypto::internal
