#include "crypto/certificate_chain.h"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "crypto/openssl.h"
#include "crypto/raw_form.h"

namespace kagimori::crypto {
namespace {

using Certificate = std::unique_ptr<X509, OpenSslDeleter<X509_free>>;
using CertificateStack = std::unique_ptr<STACK_OF(X509), OpenSslDeleter<OSSL_STACK_OF_X509_free>>;
using Store = std::unique_ptr<X509_STORE, OpenSslDeleter<X509_STORE_free>>;
using StoreContext = std::unique_ptr<X509_STORE_CTX, OpenSslDeleter<X509_STORE_CTX_free>>;

constexpr size_t kMaxPemSize = size_t{1} << 17;  // kMaxRoots of the largest in base64, with room for text
constexpr size_t kScalarSize = 48;               // P-384
constexpr int kSecurityLevel = 3;                // of OpenSSL: 128 bits

Result<Certificate> ParseCertificate(ByteView der) {
  if (der.empty() || der.size() > kMaxCertificateSize) {
    return Fail(ErrorKind::kInvalid, "a certificate of impossible size");
  }
  const uint8_t* at = der.data();
  Certificate certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  if (!certificate || at != der.data() + der.size()) {
    ERR_clear_error();
    return Fail(ErrorKind::kInvalid, "not the DER of one X.509 certificate");
  }
  return certificate;
}

// OpenSSL lets a certificate without the extension do everything.
bool HasKeyUsage(X509* certificate, uint32_t usage) {
  return (X509_get_extension_flags(certificate) & EXFLAG_KUSAGE) != 0 &&
         (X509_get_key_usage(certificate) & usage) == usage;
}

bool IsTrustAnchor(X509* certificate) {
  constexpr int kCaByBasicConstraints = 1;  // every other answer but 0 is a concession to old certificates
  const bool fits = X509_self_signed(certificate, /*verify_signature=*/1) == 1 &&
                    X509_check_ca(certificate) == kCaByBasicConstraints && HasKeyUsage(certificate, KU_KEY_CERT_SIGN);
  ERR_clear_error();
  return fits;
}

// The next PEM block's certificate; null at the end of the text.
Result<Certificate> NextRoot(BIO* pem) {
  char* name = nullptr;
  char* header = nullptr;
  unsigned char* data = nullptr;
  long size = 0;
  if (PEM_read_bio(pem, &name, &header, &data, &size) != 1) {
    const bool end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    ERR_clear_error();
    if (end) return Certificate();
    return Fail(ErrorKind::kInvalid, "a damaged PEM block among the roots");
  }
  const bool is_certificate = std::string_view(name) == PEM_STRING_X509 && *header == '\0';
  Result<Certificate> certificate = is_certificate ? ParseCertificate({data, static_cast<size_t>(size)})
                                                   : Fail(ErrorKind::kInvalid, "a PEM block that is no certificate");
  OPENSSL_free(name);
  OPENSSL_free(header);
  OPENSSL_free(data);
  return certificate;
}

// Root first, as it came; path validation does not mind the order.
Result<CertificateStack> ParseIssuers(std::span<const Bytes> issuers) {
  CertificateStack stack(sk_X509_new_null());
  Require(stack != nullptr, "certificate stack");
  for (const Bytes& der : issuers) {
    KAGIMORI_ASSIGN_OR_RETURN(Certificate certificate, ParseCertificate(der));
    Require(sk_X509_push(stack.get(), certificate.get()) > 0, "certificate stack");
    static_cast<void>(certificate.release());  // the stack's now
  }
  return stack;
}

// What path validation leaves open: that the issuers are the path, no more and no less, and that each says what its key
// is for.
Result<> CheckPath(const STACK_OF(X509) * path, const STACK_OF(X509) * issuers) {
  const int count = sk_X509_num(issuers);
  if (sk_X509_num(path) != count + 1) {
    return Fail(ErrorKind::kAuthentication, "the certificates given are not the leaf's path to the root");
  }
  for (int i = 0; i < count; ++i) {
    X509* issuer = sk_X509_value(path, count - i);
    if (X509_cmp(issuer, sk_X509_value(issuers, i)) != 0) {
      return Fail(ErrorKind::kAuthentication, "the certificates given are not in the path's order");
    }
    if (!HasKeyUsage(issuer, KU_KEY_CERT_SIGN)) {
      return Fail(ErrorKind::kAuthentication, "an issuer without the key usage keyCertSign");
    }
  }
  return {};
}

Result<> CheckLeaf(X509* leaf) {
  if (X509_check_ca(leaf) != 0 || X509_get_pathlen(leaf) != -1) {
    return Fail(ErrorKind::kAuthentication, "the leaf certificate is a CA's");
  }
  if ((X509_get_extension_flags(leaf) & EXFLAG_INVALID) != 0 || !HasKeyUsage(leaf, KU_DIGITAL_SIGNATURE)) {
    return Fail(ErrorKind::kAuthentication, "the leaf certificate lacks the key usage digitalSignature");
  }
  char group[16];
  size_t size = 0;
  EVP_PKEY* key = X509_get0_pubkey(leaf);
  const bool is_p384 = key != nullptr && EVP_PKEY_is_a(key, "EC") == 1 &&
                       EVP_PKEY_get_group_name(key, group, sizeof group, &size) == 1 &&
                       std::string_view(group, size) == SN_secp384r1;
  ERR_clear_error();
  if (!is_p384) return Fail(ErrorKind::kAuthentication, "the leaf certificate's key is not on P-384");
  return {};
}

}  // namespace

// A store each: two roots of one name, an old and a new one, would stand in each other's way in one.
struct CertificateRoots::State {
  struct Root {
    Certificate certificate;
    Store store;
  };
  std::vector<Root> roots;
};

struct VerifiedCertificate::State {
  Certificate certificate;
};

Result<CertificateRoots> CertificateRoots::FromPem(std::string_view pem) {
  if (pem.size() > kMaxPemSize) return Fail(ErrorKind::kLimit, "roots of more than 128 KiB");
  GetAlgorithms();
  Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  Require(bio != nullptr, "PEM buffer");
  std::vector<State::Root> roots;
  while (true) {
    KAGIMORI_ASSIGN_OR_RETURN(Certificate root, NextRoot(bio.get()));
    if (!root) break;
    if (roots.size() == kMaxRoots) return Fail(ErrorKind::kLimit, "more than 16 roots");
    if (!IsTrustAnchor(root.get())) {
      return Fail(ErrorKind::kInvalid, "a root that is no self-signed CA certificate with the key usage keyCertSign");
    }
    Store store(X509_STORE_new());
    Require(store && X509_STORE_add_cert(store.get(), root.get()) == 1, "certificate store");
    roots.push_back({std::move(root), std::move(store)});
  }
  if (roots.empty()) return Fail(ErrorKind::kInvalid, "no certificate among the roots");
  return CertificateRoots(std::make_shared<const State>(State{std::move(roots)}));
}

Result<VerifiedCertificate> CertificateRoots::VerifyChain(ByteView leaf, std::span<const Bytes> issuers,
                                                          Timestamp at) const {
  if (issuers.empty() || issuers.size() > kMaxIssuers) {
    return Fail(ErrorKind::kInvalid, "a certificate chain of impossible length");
  }
  KAGIMORI_ASSIGN_OR_RETURN(Certificate certificate, ParseCertificate(leaf));
  KAGIMORI_ASSIGN_OR_RETURN(const CertificateStack stack, ParseIssuers(issuers));
  const auto root = std::ranges::find_if(state_->roots, [&](const State::Root& one) {
    return X509_cmp(one.certificate.get(), sk_X509_value(stack.get(), 0)) == 0;
  });
  if (root == state_->roots.end()) {
    return Fail(ErrorKind::kAuthentication, "the certificate chain begins with no trusted root");
  }
  StoreContext context(X509_STORE_CTX_new());
  Require(context && X509_STORE_CTX_init(context.get(), root->store.get(), certificate.get(), stack.get()) == 1,
          "path validation");
  X509_VERIFY_PARAM* parameters = X509_STORE_CTX_get0_param(context.get());
  X509_VERIFY_PARAM_set_time(parameters, at.seconds());
  X509_VERIFY_PARAM_set_depth(parameters, static_cast<int>(kMaxIssuers));
  X509_VERIFY_PARAM_set_auth_level(parameters, kSecurityLevel);
  if (X509_verify_cert(context.get()) != 1) {
    ERR_clear_error();
    return Fail(ErrorKind::kAuthentication,
                std::string("certificate ") + std::to_string(X509_STORE_CTX_get_error_depth(context.get())) +
                    " of the chain: " + X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get())));
  }
  KAGIMORI_RETURN_IF_ERROR(CheckPath(X509_STORE_CTX_get0_chain(context.get()), stack.get()));
  KAGIMORI_RETURN_IF_ERROR(CheckLeaf(certificate.get()));
  return VerifiedCertificate(
      std::make_shared<const VerifiedCertificate::State>(VerifiedCertificate::State{std::move(certificate)}));
}

bool VerifiedCertificate::VerifyEs384(ByteView message, ByteView signature) const {
  if (signature.size() != 2 * kScalarSize) return false;
  const Bytes der = DerSignature(signature);
  DigestContext context(EVP_MD_CTX_new());
  Require(context != nullptr, "ECDSA context");
  const bool valid = EVP_DigestVerifyInit_ex(context.get(), nullptr, "SHA384", nullptr, nullptr,
                                             X509_get0_pubkey(state_->certificate.get()), nullptr) == 1 &&
                     EVP_DigestVerify(context.get(), der.data(), der.size(), message.data(), message.size()) == 1;
  if (!valid) ERR_clear_error();
  return valid;
}

}  // namespace kagimori::crypto
