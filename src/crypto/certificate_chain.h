#ifndef KAGIMORI_CRYPTO_CERTIFICATE_CHAIN_H_
#define KAGIMORI_CRYPTO_CERTIFICATE_CHAIN_H_

#include <memory>
#include <span>
#include <string_view>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/result.h"

namespace kagimori::crypto {

inline constexpr size_t kMaxRoots = 16;
inline constexpr size_t kMaxCertificateSize = 4096;  // bytes of DER that are looked at
// Certificates above the leaf, the root among them. A verification costs one signature check for each.
inline constexpr size_t kMaxIssuers = 16;

// A certificate that a chain to a trusted root vouches for; CertificateRoots alone makes one. Immutable and
// thread-safe.
class VerifiedCertificate {
 public:
  // ES384 (RFC 9053 section 2.1): ECDSA on P-384 with SHA-384, `signature` is r || s of 48 bytes each. False for
  // everything that is no such signature by the certificate's key.
  bool VerifyEs384(ByteView message, ByteView signature) const;

 private:
  friend class CertificateRoots;
  struct State;
  explicit VerifiedCertificate(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  std::shared_ptr<const State> state_;
};

// The roots that somebody trusts, and path validation up to them (RFC 5280 section 6). Immutable, thread-safe, cheap to
// copy (shared). Nothing is fetched: no revocation lists, no OCSP, no missing issuers.
class CertificateRoots {
 public:
  // `pem`: 1 to kMaxRoots certificates and no other PEM block; text between the blocks is passed over. kInvalid unless
  // each is a self-signed CA certificate that may sign certificates. Their validity is looked at in VerifyChain.
  static Result<CertificateRoots> FromPem(std::string_view pem);

  // `issuers`: the whole path in order, first the root, last the leaf's issuer, nothing else; all DER. Every
  // certificate is valid at `at`; every issuer is a CA whose key usage and path length allow what it signed; the leaf
  // is none, has the key usage digitalSignature and a P-384 key; nothing is signed with less than 128 bits of security
  // (so not with SHA-1 or RSA-2048), the root's own signature aside; no critical extension is unknown. kInvalid: not
  // certificates, or beyond the bounds. kAuthentication: no such path to a trusted root.
  Result<VerifiedCertificate> VerifyChain(ByteView leaf, std::span<const Bytes> issuers, Timestamp at) const;

 private:
  struct State;
  explicit CertificateRoots(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  std::shared_ptr<const State> state_;
};

}  // namespace kagimori::crypto

#endif  // KAGIMORI_CRYPTO_CERTIFICATE_CHAIN_H_
