#include "attest/verifier.h"

#include <algorithm>

#include "attest/cose.h"

namespace kagimori::attest {
namespace {

Result<crypto::PublicKey> ParseRecipientKey(const AttestationDocument& document) {
  if (!document.public_key) return Fail(ErrorKind::kInvalid, "attestation document: no public key");
  for (crypto::KeyType type : {crypto::KeyType::kRsa2048, crypto::KeyType::kRsa3072, crypto::KeyType::kRsa4096}) {
    Result<crypto::PublicKey> key = crypto::PublicKey::Parse(type, *document.public_key);
    if (key) return key;
  }
  return Fail(ErrorKind::kInvalid, "attestation document: the public key is not RSA of 2048, 3072 or 4096 bits");
}

}  // namespace

Result<> Verifier::CheckFreshness(Timestamp made, Timestamp now) const {
  if (made < now - max_age_) {
    return Fail(ErrorKind::kAuthentication, "attestation document: too old, made at " + FormatIso(made));
  }
  if (made > now + kMaxClockDifference) {
    return Fail(ErrorKind::kAuthentication, "attestation document: made in the future");
  }
  return {};
}

Result<VerifiedRecipient> Verifier::Verify(ByteView document, Timestamp now) const {
  KAGIMORI_ASSIGN_OR_RETURN(const CoseSign1 message, ParseCoseSign1(document));
  KAGIMORI_ASSIGN_OR_RETURN(AttestationDocument parsed, ParseAttestationDocument(message.payload));
  KAGIMORI_RETURN_IF_ERROR(CheckFreshness(parsed.timestamp, now));
  // A hypervisor's certificate lives for hours and begins when it is issued. Where our clock is behind, a document made
  // right then has a certificate that has not begun for us yet; never the other way round, which would revive one.
  const Timestamp at = std::max(now, parsed.timestamp);
  KAGIMORI_ASSIGN_OR_RETURN(const crypto::VerifiedCertificate signer,
                            roots_.VerifyChain(parsed.certificate, parsed.ca_bundle, at));
  if (!signer.VerifyEs384(SignedBytes(message), message.signature)) {
    return Fail(ErrorKind::kAuthentication, "attestation document: the signature does not match");
  }
  KAGIMORI_ASSIGN_OR_RETURN(crypto::PublicKey key, ParseRecipientKey(parsed));
  VerifiedRecipient recipient(std::move(key));
  recipient.platform_ = parsed.platform;
  for (const auto& [index, value] : parsed.pcrs) recipient.pcrs_.emplace(index, HexEncode(value));
  recipient.module_id_ = std::move(parsed.module_id);
  return recipient;
}

}  // namespace kagimori::attest
