#ifndef KAGIMORI_ATTEST_VERIFIER_H_
#define KAGIMORI_ATTEST_VERIFIER_H_

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "attest/document.h"
#include "base/bytes.h"
#include "base/clock.h"
#include "base/result.h"
#include "crypto/certificate_chain.h"
#include "crypto/key_pair.h"

namespace kagimori::attest {

// How far a document's own time may lie from ours.
inline constexpr std::chrono::milliseconds kMaxAge = std::chrono::minutes(5);
inline constexpr std::chrono::milliseconds kMaxClockDifference = std::chrono::minutes(5);

// Whom an answer is meant for, proven by an attestation document: only Verifier makes one, so that whoever holds one
// may envelope a plaintext for it and decide by its measurements.
class VerifiedRecipient {
 public:
  // RSA; for crypto::EnvelopeFor.
  const crypto::PublicKey& public_key() const { return public_key_; }
  Platform platform() const { return platform_; }
  // The registers by index in lower-case hex, as the condition keys kms:RecipientAttestation:* and audit records have
  // them.
  const std::map<uint8_t, std::string>& pcrs() const { return pcrs_; }
  const std::string& module_id() const { return module_id_; }

 private:
  friend class Verifier;
  explicit VerifiedRecipient(crypto::PublicKey key) : public_key_(std::move(key)) {}

  crypto::PublicKey public_key_;
  Platform platform_{};
  std::map<uint8_t, std::string> pcrs_;
  std::string module_id_;
};

// Verifies attestation documents against the roots that the operator trusts. Immutable and thread-safe. A call costs a
// signature check for each certificate and one for the document, which is too long for a thread that serves requests:
// it belongs on the worker pool.
class Verifier {
 public:
  explicit Verifier(crypto::CertificateRoots roots, std::chrono::milliseconds max_age = kMaxAge)
      : roots_(std::move(roots)), max_age_(max_age) {}

  // `now` is Clock::Wall. The order of the checks is in docs/attestation.md. Errors are for the operator: kInvalid, a
  // document that breaks its format or names no usable key; kAuthentication, one that is stale or signed by nobody that
  // is trusted. The caller of the API is told neither.
  Result<VerifiedRecipient> Verify(ByteView document, Timestamp now) const;

 private:
  Result<> CheckFreshness(Timestamp made, Timestamp now) const;

  crypto::CertificateRoots roots_;
  std::chrono::milliseconds max_age_;
};

}  // namespace kagimori::attest

#endif  // KAGIMORI_ATTEST_VERIFIER_H_
