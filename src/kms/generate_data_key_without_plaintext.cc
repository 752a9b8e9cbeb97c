#include "kms/generate_data_key_without_plaintext.h"

#include "crypto/random.h"
#include "keys/engine.h"
#include "kms/material_note.h"

namespace kagimori::kms {

std::optional<shapes::OpError<GenerateDataKeyWithoutPlaintext::Api>> GenerateDataKeyWithoutPlaintext::Check(
    const Request& request) {
  if (!NamesOneLength(request)) return shapes::Errors::Validation(std::string(kNameOneLength));
  return std::nullopt;
}

Outcome<GenerateDataKeyWithoutPlaintext::Api> GenerateDataKeyWithoutPlaintext::Run(const Call&, Inputs key,
                                                                                   const Request& request,
                                                                                   Trail& trail) {
  secret::SecretBytes data_key = crypto::RandomSecret(DataKeyLength(request));
  Result<keys::engine::Encrypted> sealed = keys::engine::EncryptDataKey(key, data_key);
  if (!sealed) return Refuse<Api>(shapes::OpError<Api>::From(Internal(std::move(sealed).error(), trail)));
  NoteMaterial("keyMaterialId", sealed->material, &trail);
  return Reply<Api>{.response = {.ciphertext_blob = std::move(sealed->blob),
                                 .key_id = key.resource().arn,
                                 .key_material_id = HexEncode(sealed->material)},
                    .change = std::nullopt};
}

}  // namespace kagimori::kms
