#include "kms/generate_data_key_pair_without_plaintext.h"

#include "kms/spec_regions.h"

namespace kagimori::kms {

Outcome<GenerateDataKeyPairWithoutPlaintext::Api> GenerateDataKeyPairWithoutPlaintext::Run(const Call& call, Inputs key,
                                                                                           const Request& request,
                                                                                           Trail& trail) {
  if (!IsInRegion(keys::TypeOf(request.key_pair_spec), call))
    return Refuse<Api>(shapes::Errors::UnsupportedOperation(NotInRegion("KeyPairSpec", Name(request.key_pair_spec))));
  Result<WrappedPair> made = MakePair(key, request.key_pair_spec);
  if (!made) return Refuse<Api>(shapes::OpError<Api>::From(Internal(std::move(made).error(), trail)));
  NoteMaterial("keyMaterialId", made->wrapped.material, &trail);
  return Reply<Api>{.response = {.private_key_ciphertext_blob = std::move(made->wrapped.blob),
                                 .public_key = std::move(made->pair.spki),
                                 .key_id = key.resource().arn,
                                 .key_pair_spec = request.key_pair_spec,
                                 .key_material_id = HexEncode(made->wrapped.material)},
                    .change = std::nullopt};
}

}  // namespace kagimori::kms
