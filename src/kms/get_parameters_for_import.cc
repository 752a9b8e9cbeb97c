#include "kms/get_parameters_for_import.h"

#include <string>
#include <utility>

#include "crypto/key_pair.h"
#include "kms/rotation_rules.h"
#include "kms/spec_regions.h"

namespace kagimori::kms {
namespace {

using Api = GetParametersForImport::Api;
using shapes::AlgorithmSpec;
using shapes::Errors;

// Guess: the text, and that what cannot wrap the key's material is refused here and not at the import.
std::string CannotWrap(const GetParametersForImport::Request& request, const keys::Key& key) {
  std::string text = "Wrapping algorithm ";
  text.append(Name(request.wrapping_algorithm)).append(" with wrapping key spec ");
  text.append(Name(request.wrapping_key_spec)).append(" is not supported for key spec ").append(Name(key.spec));
  return text.append(".");
}

bool IsInRegion(const GetParametersForImport::Request& request, const Call& call) {
  const bool aes_wrap = request.wrapping_algorithm == AlgorithmSpec::kRsaAesKeyWrapSha1 ||
                        request.wrapping_algorithm == AlgorithmSpec::kRsaAesKeyWrapSha256;
  if (aes_wrap && call.region.partition() == "aws-cn") return false;
  return request.wrapping_algorithm != AlgorithmSpec::kSm2Pke || IsInRegion(crypto::KeyType::kSm2, call);
}

}  // namespace

std::optional<shapes::OpError<Api>> GetParametersForImport::CheckKey(const Request& request, const Inputs& key) {
  const keys::Key& of = key.resource();
  if (of.origin != keys::OriginType::kExternal) return Errors::UnsupportedOperation(WrongOrigin(of));
  if (!keys::MayWrap(of.spec, request.wrapping_algorithm, request.wrapping_key_spec))
    return Errors::UnsupportedOperation(CannotWrap(request, of));
  return std::nullopt;
}

WorkCost GetParametersForImport::CostOf(const Inputs&, const Request& request) {
  return CostOfGeneration(keys::TypeOf(request.wrapping_key_spec));
}

// A pair of its own for every call.
Outcome<Api> GetParametersForImport::Run(const Call& call, Inputs key, const Request& request, Trail&) {
  if (!IsInRegion(request, call)) return Refuse<Api>(Errors::UnsupportedOperation(CannotWrap(request, key.resource())));
  crypto::NewKeyPair pair = crypto::GenerateKeyPair(keys::TypeOf(request.wrapping_key_spec));
  const keys::ImportToken token{.key = key.resource().name,
                                .algorithm = request.wrapping_algorithm,
                                .wrapping_key = request.wrapping_key_spec,
                                .valid_to = call.now + keys::kImportTokenLife,
                                .private_key = std::move(pair.pkcs8)};
  shapes::GetParametersForImportResponse response;
  response.key_id = key.resource().arn;
  response.import_token = call.markers.SealToken(token);
  response.public_key = secret::SecretBytes::CopyOf(pair.spki);
  response.parameters_valid_to = token.valid_to;
  return Reply<Api>{.response = std::move(response), .change = std::nullopt};
}

}  // namespace kagimori::kms
