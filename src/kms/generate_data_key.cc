#include "kms/generate_data_key.h"

#include "crypto/random.h"
#include "keys/engine.h"
#include "kms/material_note.h"
#include "kms/recipient.h"

namespace kagimori::kms {

std::optional<shapes::OpError<GenerateDataKey::Api>> GenerateDataKey::Check(const Request& request) {
  if (!NamesOneLength(request)) return shapes::Errors::Validation(std::string(kNameOneLength));
  return std::nullopt;
}

Outcome<GenerateDataKey::Api> GenerateDataKey::Run(const Call& call, Inputs key, const Request& request, Trail& trail) {
  secret::SecretBytes data_key = crypto::RandomSecret(DataKeyLength(request));
  Result<keys::engine::Encrypted> sealed = keys::engine::EncryptDataKey(key, data_key);
  if (!sealed) return Refuse<Api>(shapes::OpError<Api>::From(Internal(std::move(sealed).error(), trail)));
  NoteMaterial("keyMaterialId", sealed->material, &trail);
  Result<Deliverable> answer = Deliver(call, std::move(data_key));
  if (!answer) return Refuse<Api>(shapes::OpError<Api>::From(Internal(std::move(answer).error(), trail)));
  return Reply<Api>{.response = {.ciphertext_blob = std::move(sealed->blob),
                                 .plaintext = std::move(answer->plaintext),
                                 .key_id = key.resource().arn,
                                 .ciphertext_for_recipient = std::move(answer->for_recipient),
                                 .key_material_id = MaterialIdFor(call, sealed->material)},
                    .change = std::nullopt};
}

}  // namespace kagimori::kms
