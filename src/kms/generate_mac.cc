#include "kms/generate_mac.h"

#include "keys/mac_engine.h"
#include "kms/on_loaded_key.h"

namespace kagimori::kms {

std::optional<shapes::OpError<GenerateMac::Api>> GenerateMac::CheckKey(const Request& request, const Inputs& key) {
  const keys::Key& of = key.resource();
  if (auto refused = CheckAlgorithm(keys::TraitsOf(of.spec).mac, request.mac_algorithm, of)) return *refused;
  return std::nullopt;
}

Outcome<GenerateMac::Api> GenerateMac::Run(const Call&, Inputs key, const Request& request, Trail& trail) {
  Result<Bytes> mac = keys::engine::GenerateMac(key, request.message);
  if (!mac) return Refuse<Api>(shapes::OpError<Api>::From(Internal(std::move(mac).error(), trail)));
  return Reply<Api>{
      .response = {.mac = std::move(*mac), .mac_algorithm = request.mac_algorithm, .key_id = key.resource().arn},
      .change = std::nullopt};
}

}  // namespace kagimori::kms
