#include "kms/generate_random.h"

#include "crypto/random.h"
#include "kms/recipient.h"

namespace kagimori::kms {

std::optional<shapes::OpError<GenerateRandom::Api>> GenerateRandom::Check(const Request& request) {
  if (!request.number_of_bytes) return shapes::Errors::Validation("NumberOfBytes is required.");
  if (request.custom_key_store_id) {
    return shapes::Errors::UnsupportedOperation("Custom key stores are not supported by this release.");
  }
  return std::nullopt;
}

Outcome<GenerateRandom::Api> GenerateRandom::Run(const Call& call, Inputs, const Request& request, Trail& trail) {
  Result<Deliverable> answer = Deliver(call, crypto::RandomSecret(static_cast<size_t>(*request.number_of_bytes)));
  if (!answer) return Refuse<Api>(shapes::OpError<Api>::From(Internal(std::move(answer).error(), trail)));
  return Reply<Api>{.response = {.plaintext = std::move(answer->plaintext),
                                 .ciphertext_for_recipient = std::move(answer->for_recipient)},
                    .change = std::nullopt};
}

}  // namespace kagimori::kms
