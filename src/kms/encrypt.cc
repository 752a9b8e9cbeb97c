#include "kms/encrypt.h"

#include "keys/asymmetric_engine.h"
#include "keys/engine.h"
#include "kms/encryption_rules.h"
#include "kms/material_note.h"

namespace kagimori::kms {

using shapes::EncryptionAlgorithmSpec;

void Encrypt::FillDefaults(Request& request) {
  if (!request.encryption_algorithm) request.encryption_algorithm = EncryptionAlgorithmSpec::kSymmetricDefault;
}

std::optional<shapes::OpError<Encrypt::Api>> Encrypt::CheckKey(const Request& request, const Inputs& key) {
  const keys::Key& of = key.resource();
  if (auto refused = CheckEncryption(*request.encryption_algorithm, !ContextOf(request).empty(), of))
    return shapes::OpError<Api>::From(*std::move(refused));
  if (request.plaintext.size() > MostPlaintext(*request.encryption_algorithm, of))
    return TooLong(*request.encryption_algorithm, of);
  return std::nullopt;
}

Outcome<Encrypt::Api> Encrypt::Run(const Call&, Ready key, const Request& request, Trail& trail) {
  const auto failed = [&](Error error) {
    return Refuse<Api>(shapes::OpError<Api>::From(Internal(std::move(error), trail)));
  };
  Reply<Api> reply{.response = {.ciphertext_blob = {},
                                .key_id = key.key().arn,
                                .encryption_algorithm = request.encryption_algorithm},
                   .change = std::nullopt};
  if (*request.encryption_algorithm == EncryptionAlgorithmSpec::kSymmetricDefault) {
    Result<keys::engine::Encrypted> sealed = keys::engine::Encrypt(key.permission(), request.plaintext);
    if (!sealed) return failed(std::move(sealed).error());
    NoteMaterial("keyMaterialId", sealed->material, &trail);
    reply.response.ciphertext_blob = std::move(sealed->blob);
  } else {
    Result<Bytes> blob =
        keys::engine::EncryptAsymmetric(key, keys::SchemeOf(*request.encryption_algorithm), request.plaintext);
    if (!blob) return failed(std::move(blob).error());
    reply.response.ciphertext_blob = std::move(*blob);
  }
  return reply;
}

}  // namespace kagimori::kms
