#include "kms/generate_data_key_pair.h"

#include "kms/recipient.h"
#include "kms/spec_regions.h"

namespace kagimori::kms {

Outcome<GenerateDataKeyPair::Api> GenerateDataKeyPair::Run(const Call& call, Inputs key, const Request& request,
                                                           Trail& trail) {
  const auto failed = [&](Error error) {
    return Refuse<Api>(shapes::OpError<Api>::From(Internal(std::move(error), trail)));
  };
  if (!IsInRegion(keys::TypeOf(request.key_pair_spec), call))
    return Refuse<Api>(shapes::Errors::UnsupportedOperation(NotInRegion("KeyPairSpec", Name(request.key_pair_spec))));
  Result<WrappedPair> made = MakePair(key, request.key_pair_spec);
  if (!made) return failed(std::move(made).error());
  NoteMaterial("keyMaterialId", made->wrapped.material, &trail);
  Result<Deliverable> answer = Deliver(call, std::move(made->pair.pkcs8));
  if (!answer) return failed(std::move(answer).error());
  return Reply<Api>{.response = {.private_key_ciphertext_blob = std::move(made->wrapped.blob),
                                 .private_key_plaintext = std::move(answer->plaintext),
                                 .public_key = std::move(made->pair.spki),
                                 .key_id = key.resource().arn,
                                 .key_pair_spec = request.key_pair_spec,
                                 .ciphertext_for_recipient = std::move(answer->for_recipient),
                                 .key_material_id = MaterialIdFor(call, made->wrapped.material)},
                    .change = std::nullopt};
}

}  // namespace kagimori::kms
