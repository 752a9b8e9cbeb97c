#include "kms/decrypt.h"

#include <algorithm>

#include "keys/engine.h"
#include "kms/material_note.h"

namespace kagimori::kms {

using shapes::EncryptionAlgorithmSpec;
using shapes::Errors;

void Decrypt::FillDefaults(Request& request) {
  if (!request.encryption_algorithm) request.encryption_algorithm = EncryptionAlgorithmSpec::kSymmetricDefault;
}

std::optional<shapes::OpError<Decrypt::Api>> Decrypt::Check(const Request& request) {
  if (request.recipient) return Errors::Validation("Recipient is not supported by this release.");
  // Without a blob (a dry run that ignores it) only the KeyId can say which key is meant. Guess: the text.
  if (!request.ciphertext_blob && !request.key_id) {
    return Errors::Validation("KeyId is required when DryRunModifiers contains IGNORE_CIPHERTEXT.");
  }
  return std::nullopt;
}

Task<Resolved<Decrypt::Api, Decrypt::Inputs>> Decrypt::Resolve(Session& session, const Request& request) {
  static const keys::AliasForms forms = FormsOf<Api>("KeyId");
  return ResolveCiphertextKey<Api, Action>(session, request.ciphertext_blob, request.key_id, forms, ContextOf(request));
}

std::optional<shapes::OpError<Decrypt::Api>> Decrypt::CheckKey(const Request& request, const Inputs& inputs) {
  if (*request.encryption_algorithm == EncryptionAlgorithmSpec::kSymmetricDefault) return std::nullopt;
  return Errors::InvalidKeyUsage(IncompatibleAlgorithm(*request.encryption_algorithm, inputs.key.resource()));
}

Outcome<Decrypt::Api> Decrypt::Run(const Call&, Inputs inputs, const Request& request, Trail& trail) {
  if (!inputs.ciphertext) return Refuse<Api>(Errors::InvalidCiphertext());
  Result<keys::engine::Decrypted> opened = keys::engine::Decrypt(inputs.key, *inputs.ciphertext);
  if (!opened && opened.error().kind == ErrorKind::kAuthentication) return Refuse<Api>(Errors::InvalidCiphertext());
  if (!opened) return Refuse<Api>(shapes::OpError<Api>::From(Internal(std::move(opened).error(), trail)));
  NoteMaterial("keyMaterialId", opened->material, &trail);
  return Reply<Api>{.response = {.key_id = inputs.key.resource().arn,
                                 .plaintext = std::move(opened->plaintext),
                                 .encryption_algorithm = request.encryption_algorithm,
                                 .ciphertext_for_recipient = std::nullopt,
                                 .key_material_id = HexEncode(opened->material)},
                    .change = std::nullopt};
}

}  // namespace kagimori::kms
