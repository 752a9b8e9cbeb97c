#include "kms/verify.h"

#include "keys/asymmetric_engine.h"
#include "kms/message_rules.h"

namespace kagimori::kms {

void Verify::FillDefaults(Request& request) {
  if (!request.message_type) request.message_type = shapes::MessageType::kRaw;
}

std::optional<shapes::OpError<Verify::Api>> Verify::CheckKey(const Request& request, const Inputs& key) {
  const keys::Key& of = key.resource();
  if (auto refused = CheckAlgorithm(keys::TraitsOf(of.spec).signing, request.signing_algorithm, of)) return *refused;
  if (auto refused = CheckMessage(request.signing_algorithm, *request.message_type, request.message, of))
    return *refused;
  return std::nullopt;
}

Outcome<Verify::Api> Verify::Run(const Call&, Ready key, const Request& request, Trail&) {
  const bool valid = keys::engine::Verify(key, keys::SchemeOf(request.signing_algorithm), FormOf(*request.message_type),
                                          request.message, request.signature);
  if (!valid) return Refuse<Api>(shapes::Errors::KmsInvalidSignature());
  return Reply<Api>{
      .response = {.key_id = key.key().arn, .signature_valid = true, .signing_algorithm = request.signing_algorithm},
      .change = std::nullopt};
}

}  // namespace kagimori::kms
