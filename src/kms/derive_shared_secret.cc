#include "kms/derive_shared_secret.h"

#include "keys/asymmetric_engine.h"
#include "kms/recipient.h"

namespace kagimori::kms {

// A dry run ends before the public key is used, and refuses a wrong one all the same.
std::optional<shapes::OpError<DeriveSharedSecret::Api>> DeriveSharedSecret::CheckKey(const Request& request,
                                                                                     const Inputs& key) {
  if (!request.dry_run.value_or(false)) return std::nullopt;
  const std::optional<crypto::KeyType> type = keys::TraitsOf(key.resource().spec).type;
  if (type && crypto::PublicKey::Parse(*type, request.public_key)) return std::nullopt;
  return shapes::Errors::Validation({});
}

Outcome<DeriveSharedSecret::Api> DeriveSharedSecret::Run(const Call& call, Ready key, const Request& request,
                                                         Trail& trail) {
  const auto failed = [&](Error error) {
    return Refuse<Api>(shapes::OpError<Api>::From(Internal(std::move(error), trail)));
  };
  Result<secret::SecretBytes> secret = keys::engine::DeriveSharedSecret(key, request.public_key);
  // Guess for what parses and is no point of the key's curve: as for what does not parse, recorded without a text.
  if (!secret && (secret.error().kind == ErrorKind::kInvalid || secret.error().kind == ErrorKind::kLimit))
    return Refuse<Api>(shapes::Errors::Validation({}));
  if (!secret) return failed(std::move(secret).error());
  Result<Deliverable> answer = Deliver(call, std::move(*secret));
  if (!answer) return failed(std::move(answer).error());
  return Reply<Api>{.response = {.key_id = key.key().arn,
                                 .shared_secret = std::move(answer->plaintext),
                                 .ciphertext_for_recipient = std::move(answer->for_recipient),
                                 .key_agreement_algorithm = request.key_agreement_algorithm,
                                 .key_origin = key.key().origin},
                    .change = std::nullopt};
}

}  // namespace kagimori::kms
