#ifndef KAGIMORI_CRYPTO_TESTING_CERTIFICATE_ISSUER_H_
#define KAGIMORI_CRYPTO_TESTING_CERTIFICATE_ISSUER_H_

#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "crypto/openssl.h"

namespace kagimori::crypto {

// Everything that a test may want to have wrong in a certificate. Extensions are in the words of x509v3_config(5); an
// empty one is left out.
struct CertificateSpec {
  std::string name = "certificate";
  std::string basic_constraints = "critical,CA:TRUE";
  std::string key_usage = "critical,keyCertSign,cRLSign";
  std::vector<std::pair<int, std::string>> more_extensions;  // by NID
  Timestamp not_before{};
  Timestamp not_after{};
  std::string curve = "P-384";
  const char* digest = "SHA384";
};

// A certificate and its key.
class TestCertificate {
 public:
  // Self-signed without an issuer.
  static TestCertificate Issue(const CertificateSpec& spec, const TestCertificate* issuer = nullptr) {
    GetAlgorithms();
    TestCertificate made;
    made.key_.reset(EVP_EC_gen(spec.curve.c_str()), OpenSslDeleter<EVP_PKEY_free>());
    made.certificate_.reset(X509_new(), OpenSslDeleter<X509_free>());
    Need(made.key_ && made.certificate_);
    const TestCertificate& signer = issuer == nullptr ? made : *issuer;
    X509* certificate = made.certificate_.get();
    X509_NAME* name = X509_get_subject_name(certificate);
    Need(X509_set_version(certificate, X509_VERSION_3) == 1 && X509_set_pubkey(certificate, made.key_.get()) == 1 &&
         ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1) == 1 &&
         X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, AsBytes(spec.name).data(),
                                    static_cast<int>(spec.name.size()), -1, 0) == 1 &&
         X509_set_issuer_name(certificate, X509_get_subject_name(signer.certificate_.get())) == 1 &&
         ASN1_TIME_set(X509_getm_notBefore(certificate), spec.not_before.seconds()) != nullptr &&
         ASN1_TIME_set(X509_getm_notAfter(certificate), spec.not_after.seconds()) != nullptr);
    made.AddExtension(NID_basic_constraints, spec.basic_constraints);
    made.AddExtension(NID_key_usage, spec.key_usage);
    for (const auto& [nid, value] : spec.more_extensions) made.AddExtension(nid, value);
    Need(X509_sign(certificate, signer.key_.get(), EVP_get_digestbyname(spec.digest)) > 0);
    return made;
  }

  Bytes der() const {
    Bytes out(static_cast<size_t>(i2d_X509(certificate_.get(), nullptr)));
    uint8_t* at = out.data();
    i2d_X509(certificate_.get(), &at);
    return out;
  }

  std::string pem() const {
    const Bio bio(BIO_new(BIO_s_mem()));
    Need(PEM_write_bio_X509(bio.get(), certificate_.get()) == 1);
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &data);
    return std::string(data, static_cast<size_t>(size));
  }

  // r || s by ECDSA with SHA-384.
  Bytes SignEs384(ByteView message) const {
    const DigestContext context(EVP_MD_CTX_new());
    Bytes der(256);
    size_t size = der.size();
    Need(EVP_DigestSignInit_ex(context.get(), nullptr, "SHA384", nullptr, nullptr, key_.get(), nullptr) == 1 &&
         EVP_DigestSign(context.get(), der.data(), &size, message.data(), message.size()) == 1);
    const uint8_t* at = der.data();
    const std::unique_ptr<ECDSA_SIG, OpenSslDeleter<ECDSA_SIG_free>> values(
        d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(size)));
    Bytes out(96);
    Need(values && BN_bn2binpad(ECDSA_SIG_get0_r(values.get()), out.data(), 48) == 48 &&
         BN_bn2binpad(ECDSA_SIG_get0_s(values.get()), out.data() + 48, 48) == 48);
    return out;
  }

 private:
  static void Need(bool ok) {
    if (!ok) throw std::runtime_error("the test's issuer failed");
  }

  void AddExtension(int nid, const std::string& value) {
    if (value.empty()) return;
    const std::unique_ptr<X509_EXTENSION, OpenSslDeleter<X509_EXTENSION_free>> extension(
        X509V3_EXT_conf_nid(nullptr, nullptr, nid, value.c_str()));
    Need(extension && X509_add_ext(certificate_.get(), extension.get(), -1) == 1);
  }

  std::shared_ptr<EVP_PKEY> key_;
  std::shared_ptr<X509> certificate_;
};

// A root, an intermediate and a leaf that are as they should be: valid from an hour before `now` for a day.
struct TestChain {
  explicit TestChain(Timestamp now)
      : root(TestCertificate::Issue(CaSpec("root", now))),
        intermediate(TestCertificate::Issue(CaSpec("intermediate", now), &root)),
        leaf(TestCertificate::Issue(LeafSpec(now), &intermediate)) {}

  static CertificateSpec CaSpec(std::string name, Timestamp now) {
    CertificateSpec spec;
    spec.name = std::move(name);
    spec.not_before = now - std::chrono::hours(1);
    spec.not_after = now + std::chrono::hours(24);
    return spec;
  }
  static CertificateSpec LeafSpec(Timestamp now) {
    CertificateSpec spec = CaSpec("leaf", now);
    spec.basic_constraints = "critical,CA:FALSE";
    spec.key_usage = "critical,digitalSignature";
    return spec;
  }
  std::vector<Bytes> issuers() const { return {root.der(), intermediate.der()}; }

  TestCertificate root;
  TestCertificate intermediate;
  TestCertificate leaf;
};

// The DER SubjectPublicKeyInfo of a new RSA key, of sizes that crypto::GenerateKeyPair does not make, too.
inline Bytes NewRsaSpki(unsigned bits) {
  GetAlgorithms();
  const Pkey key(EVP_RSA_gen(bits));
  if (!key) throw std::runtime_error("no RSA key");
  Bytes out(static_cast<size_t>(i2d_PUBKEY(key.get(), nullptr)));
  uint8_t* at = out.data();
  i2d_PUBKEY(key.get(), &at);
  return out;
}

}  // namespace kagimori::crypto

#endif  // KAGIMORI_CRYPTO_TESTING_CERTIFICATE_ISSUER_H_
