#include "kms/encrypt.h"

#include "keys/engine.h"
#include "kms/material_note.h"

namespace kagimori::kms {

void Encrypt::FillDefaults(Request& request) {
  if (!request.encryption_algorithm) request.encryption_algorithm = shapes::EncryptionAlgorithmSpec::kSymmetricDefault;
}

std::optional<shapes::OpError<Encrypt::Api>> Encrypt::CheckKey(const Request& request, const Inputs& key) {
  if (*request.encryption_algorithm == shapes::EncryptionAlgorithmSpec::kSymmetricDefault) return std::nullopt;
  return shapes::Errors::InvalidKeyUsage(IncompatibleAlgorithm(*request.encryption_algorithm, key.resource()));
}

Outcome<Encrypt::Api> Encrypt::Run(const Call&, Inputs key, const Request& request, Trail& trail) {
  Result<keys::engine::Encrypted> sealed = keys::engine::Encrypt(key, request.plaintext);
  if (!sealed) return Refuse<Api>(shapes::OpError<Api>::From(Internal(std::move(sealed).error(), trail)));
  NoteMaterial("keyMaterialId", sealed->material, &trail);
  return Reply<Api>{.response = {.ciphertext_blob = std::move(sealed->blob),
                                 .key_id = key.resource().arn,
                                 .encryption_algorithm = request.encryption_algorithm},
                    .change = std::nullopt};
}

}  // namespace kagimori::kms
