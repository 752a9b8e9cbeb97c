#include "kms/sign.h"

#include "keys/asymmetric_engine.h"
#include "kms/message_rules.h"

namespace kagimori::kms {

void Sign::FillDefaults(Request& request) {
  if (!request.message_type) request.message_type = shapes::MessageType::kRaw;
}

std::optional<shapes::OpError<Sign::Api>> Sign::CheckKey(const Request& request, const Inputs& key) {
  const keys::Key& of = key.resource();
  if (auto refused = CheckAlgorithm(keys::TraitsOf(of.spec).signing, request.signing_algorithm, of)) return *refused;
  if (auto refused = CheckMessage(request.signing_algorithm, *request.message_type, request.message, of))
    return *refused;
  return std::nullopt;
}

Outcome<Sign::Api> Sign::Run(const Call&, Ready key, const Request& request, Trail& trail) {
  Result<Bytes> signature = keys::engine::Sign(key, keys::SchemeOf(request.signing_algorithm),
                                               FormOf(*request.message_type), request.message);
  if (!signature) return Refuse<Api>(shapes::OpError<Api>::From(Internal(std::move(signature).error(), trail)));
  return Reply<Api>{.response = {.key_id = key.key().arn,
                                 .signature = std::move(*signature),
                                 .signing_algorithm = request.signing_algorithm},
                    .change = std::nullopt};
}

}  // namespace kagimori::kms
