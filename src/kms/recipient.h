#ifndef KAGIMORI_KMS_RECIPIENT_H_
#define KAGIMORI_KMS_RECIPIENT_H_

#include <optional>
#include <utility>

#include "crypto/recipient_envelope.h"
#include "kms/errors.h"
#include "kms/operation.h"

namespace kagimori::kms {

// A secret of an answer: in the clear, or, where the request has a Recipient, for that one alone. Exactly one is there.
struct Deliverable {
  std::optional<secret::SecretBytes> plaintext;
  std::optional<Bytes> for_recipient;
};

inline Result<Deliverable> Deliver(const Call& call, secret::SecretBytes secret) {
  if (call.recipient == nullptr) return Deliverable{.plaintext = std::move(secret), .for_recipient = std::nullopt};
  KAGIMORI_ASSIGN_OR_RETURN(Bytes envelope, crypto::EnvelopeFor(call.recipient->public_key(), secret));
  return Deliverable{.plaintext = std::nullopt, .for_recipient = std::move(envelope)};
}

// AWS leaves the key material's id out of answers for a Recipient.
inline std::optional<std::string> MaterialIdFor(const Call& call, const keys::MaterialId& material) {
  if (call.recipient != nullptr) return std::nullopt;
  return HexEncode(material);
}

}  // namespace kagimori::kms

#endif  // KAGIMORI_KMS_RECIPIENT_H_
