#include "kms/generate_random.h"

#include "crypto/random.h"

namespace kagimori::kms {

std::optional<shapes::OpError<GenerateRandom::Api>> GenerateRandom::Check(const Request& request) {
  if (!request.number_of_bytes) return shapes::Errors::Validation("NumberOfBytes is required.");
  if (request.custom_key_store_id) {
    return shapes::Errors::UnsupportedOperation("Custom key stores are not supported by this release.");
  }
  if (request.recipient) return shapes::Errors::Validation("Recipient is not supported by this release.");
  return std::nullopt;
}

Outcome<GenerateRandom::Api> GenerateRandom::Run(const Call&, Inputs, const Request& request, Trail&) {
  return Reply<Api>{.response = {.plaintext = crypto::RandomSecret(static_cast<size_t>(*request.number_of_bytes)),
                                 .ciphertext_for_recipient = std::nullopt},
                    .change = std::nullopt};
}

}  // namespace kagimori::kms
