#include "kms/verify_mac.h"

#include "keys/mac_engine.h"
#include "kms/on_loaded_key.h"

namespace kagimori::kms {

std::optional<shapes::OpError<VerifyMac::Api>> VerifyMac::CheckKey(const Request& request, const Inputs& key) {
  const keys::Key& of = key.resource();
  if (auto refused = CheckAlgorithm(keys::TraitsOf(of.spec).mac, request.mac_algorithm, of)) return *refused;
  return std::nullopt;
}

Outcome<VerifyMac::Api> VerifyMac::Run(const Call&, Inputs key, const Request& request, Trail& trail) {
  Result<bool> valid = keys::engine::VerifyMac(key, request.message, request.mac);
  if (!valid) return Refuse<Api>(shapes::OpError<Api>::From(Internal(std::move(valid).error(), trail)));
  if (!*valid) return Refuse<Api>(shapes::Errors::KmsInvalidMac());
  return Reply<Api>{
      .response = {.key_id = key.resource().arn, .mac_valid = true, .mac_algorithm = request.mac_algorithm},
      .change = std::nullopt};
}

}  // namespace kagimori::kms
