#include "kms/get_key_rotation_status.h"

namespace kagimori::kms {

Outcome<GetKeyRotationStatus::Api> GetKeyRotationStatus::Run(const Call&, Inputs key, const Request&, Trail&) {
  shapes::GetKeyRotationStatusResponse response;
  response.key_rotation_enabled = false;  // nothing can switch it on in this release
  response.key_id = key.resource().arn;
  return Reply<Api>{.response = std::move(response), .change = std::nullopt};
}

}  // namespace kagimori::kms
