#include "kms/decapsulate.h"

#include "keys/asymmetric_engine.h"

namespace kagimori::kms {

Outcome<Decapsulate::Api> Decapsulate::Run(const Call&, Ready key, const Request& request, Trail& trail) {
  Result<secret::SecretBytes> secret = keys::engine::Decapsulate(key, request.shared_secret_ciphertext_blob);
  if (!secret && secret.error().kind == ErrorKind::kInvalid) return Refuse<Api>(shapes::Errors::InvalidCiphertext());
  if (!secret) return Refuse<Api>(shapes::OpError<Api>::From(Internal(std::move(secret).error(), trail)));
  return Reply<Api>{.response = {.key_id = key.key().arn,
                                 .shared_secret = std::move(*secret),
                                 .encapsulation_algorithm = request.encapsulation_algorithm},
                    .change = std::nullopt};
}

}  // namespace kagimori::kms
