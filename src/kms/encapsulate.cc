#include "kms/encapsulate.h"

#include "keys/asymmetric_engine.h"

namespace kagimori::kms {

Outcome<Encapsulate::Api> Encapsulate::Run(const Call&, Ready key, const Request& request, Trail& trail) {
  Result<crypto::Encapsulated> made = keys::engine::Encapsulate(key);
  if (!made) return Refuse<Api>(shapes::OpError<Api>::From(Internal(std::move(made).error(), trail)));
  return Reply<Api>{.response = {.key_id = key.key().arn,
                                 .shared_secret = std::move(made->secret),
                                 .shared_secret_ciphertext_blob = std::move(made->ciphertext),
                                 .encapsulation_algorithm = request.encapsulation_algorithm},
                    .change = std::nullopt};
}

}  // namespace kagimori::kms
