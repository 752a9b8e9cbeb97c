#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/params.h>

#include <array>
#include <utility>
#include <vector>

#include "crypto/hash_internal.h"
#include "crypto/openssl.h"
#include "crypto/signature_internal.h"

namespace kagimori::crypto::internal {
namespace {

// A context is made for every call. That costs 0.7 µs (RSA 1.0) of the 10 to 1000 that a signature takes; copying one
// that is prepared would cost 0.1, but every key would have to keep one for each scheme in the arena.
struct Method {
  EVP_SIGNATURE* algorithm = nullptr;
  std::vector<OSSL_PARAM> parameters;
  bool takes_message = false;  // hashes it as a part of the scheme; otherwise it gets a digest
};

EVP_SIGNATURE* Fetch(const char* name) {
  EVP_SIGNATURE* algorithm = EVP_SIGNATURE_fetch(nullptr, name, nullptr);
  Require(algorithm != nullptr, name);
  return algorithm;
}

// OpenSSL reads the texts of parameters only, but takes them as char*.
OSSL_PARAM Text(const char* name, const char* value) {
  return OSSL_PARAM_construct_utf8_string(name, const_cast<char*>(value), 0);
}

Method RsaPkcs1(HashAlgorithm hash) {
  return {.algorithm = Fetch("RSA"),
          .parameters = {Text(OSSL_SIGNATURE_PARAM_PAD_MODE, OSSL_PKEY_RSA_PAD_MODE_PKCSV15),
                         Text(OSSL_SIGNATURE_PARAM_DIGEST, HashName(hash)), OSSL_PARAM_construct_end()}};
}

// MGF1's hash is the digest's where none is named; naming it would cost another fetch a call (0.5 µs).
Method RsaPss(HashAlgorithm hash) {
  return {.algorithm = Fetch("RSA"),
          .parameters = {
              Text(OSSL_SIGNATURE_PARAM_PAD_MODE, OSSL_PKEY_RSA_PAD_MODE_PSS),
              Text(OSSL_SIGNATURE_PARAM_DIGEST, HashName(hash)), Text(OSSL_SIGNATURE_PARAM_MGF1_DIGEST, HashName(hash)),
              Text(OSSL_SIGNATURE_PARAM_PSS_SALTLEN, OSSL_PKEY_RSA_PSS_SALT_LEN_DIGEST), OSSL_PARAM_construct_end()}};
}

Method Plain(const char* name, bool takes_message) {
  return {.algorithm = Fetch(name), .parameters = {OSSL_PARAM_construct_end()}, .takes_message = takes_message};
}

Method MlDsaMu(const char* name) {
  static int is_mu = 1;
  return {.algorithm = Fetch(name),
          .parameters = {OSSL_PARAM_construct_int(OSSL_SIGNATURE_PARAM_MU, &is_mu), OSSL_PARAM_construct_end()},
          .takes_message = true};
}

struct Methods {
  std::array<Method, 3> rsa_pkcs1{RsaPkcs1(HashAlgorithm::kSha256), RsaPkcs1(HashAlgorithm::kSha384),
                                  RsaPkcs1(HashAlgorithm::kSha512)};
  std::array<Method, 3> rsa_pss{RsaPss(HashAlgorithm::kSha256), RsaPss(HashAlgorithm::kSha384),
                                RsaPss(HashAlgorithm::kSha512)};
  Method ecdsa = Plain("ECDSA", false);
  Method ed25519 = Plain("ED25519", true);
  Method ed25519_ph = Plain("ED25519ph", true);
  Method sm2_digest = Plain("SM2", false);
  // OpenSSL's default is hedged, with an empty context.
  std::array<Method, 3> ml_dsa{Plain("ML-DSA-44", true), Plain("ML-DSA-65", true), Plain("ML-DSA-87", true)};
  std::array<Method, 3> ml_dsa_mu{MlDsaMu("ML-DSA-44"), MlDsaMu("ML-DSA-65"), MlDsaMu("ML-DSA-87")};
};

template <class Enum>
size_t Distance(Enum from, Enum to) {
  return static_cast<size_t>(to) - static_cast<size_t>(from);
}

const Method& MethodFor(KeyType type, SignatureScheme scheme, MessageForm form) {
  static const Methods& methods = *[] {
    GetAlgorithms();
    return new Methods;
  }();
  switch (scheme) {
    case SignatureScheme::kRsaPkcs1Sha256:
    case SignatureScheme::kRsaPkcs1Sha384:
    case SignatureScheme::kRsaPkcs1Sha512:
      return methods.rsa_pkcs1.at(Distance(SignatureScheme::kRsaPkcs1Sha256, scheme));
    case SignatureScheme::kRsaPssSha256:
    case SignatureScheme::kRsaPssSha384:
    case SignatureScheme::kRsaPssSha512:
      return methods.rsa_pss.at(Distance(SignatureScheme::kRsaPssSha256, scheme));
    case SignatureScheme::kEcdsaSha256:
    case SignatureScheme::kEcdsaSha384:
    case SignatureScheme::kEcdsaSha512:
      return methods.ecdsa;
    case SignatureScheme::kEd25519:
      return methods.ed25519;
    case SignatureScheme::kEd25519Ph:
      return methods.ed25519_ph;
    case SignatureScheme::kSm2:
      return methods.sm2_digest;
    case SignatureScheme::kMlDsa:
      return (form == MessageForm::kMu ? methods.ml_dsa_mu : methods.ml_dsa).at(Distance(KeyType::kMlDsa44, type));
  }
  std::unreachable();
}

}  // namespace

Result<Bytes> SignByOpenSsl(EVP_PKEY* key, KeyType type, SignatureScheme scheme, MessageForm form, ByteView input) {
  const Method& method = MethodFor(type, scheme, form);  // first, for what it fetches is not to lie in the arena
  Bytes signature(static_cast<size_t>(EVP_PKEY_get_size(key)));
  size_t size = signature.size();
  const SecretAllocations in_arena;
  PkeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
  const auto init = method.takes_message ? EVP_PKEY_sign_message_init : EVP_PKEY_sign_init_ex2;
  if (!context || init(context.get(), method.algorithm, method.parameters.data()) != 1 ||
      EVP_PKEY_sign(context.get(), signature.data(), &size, input.data(), input.size()) != 1) {
    ERR_clear_error();
    return Fail(ErrorKind::kInternal, "OpenSSL did not sign");
  }
  signature.resize(size);
  return signature;
}

bool VerifyByOpenSsl(EVP_PKEY* key, KeyType type, SignatureScheme scheme, MessageForm form, ByteView input,
                     ByteView signature) {
  const Method& method = MethodFor(type, scheme, form);
  PkeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
  const auto init = method.takes_message ? EVP_PKEY_verify_message_init : EVP_PKEY_verify_init_ex2;
  Require(context && init(context.get(), method.algorithm, method.parameters.data()) == 1, "signature context");
  const bool valid =
      EVP_PKEY_verify(context.get(), signature.data(), signature.size(), input.data(), input.size()) == 1;
  if (!valid) ERR_clear_error();
  return valid;
}

}  // namespace kagimori::crypto::internal
