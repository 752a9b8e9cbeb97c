#include "kms/re_encrypt.h"

#include "keys/engine.h"
#include "kms/material_note.h"

namespace kagimori::kms {

using shapes::EncryptionAlgorithmSpec;
using shapes::Errors;

void ReEncrypt::FillDefaults(Request& request) {
  for (auto* algorithm : {&request.source_encryption_algorithm, &request.destination_encryption_algorithm}) {
    if (!*algorithm) *algorithm = EncryptionAlgorithmSpec::kSymmetricDefault;
  }
}

std::optional<shapes::OpError<ReEncrypt::Api>> ReEncrypt::Check(const Request& request) {
  // Guess: the text. Without a blob only the SourceKeyId can say which key is meant.
  if (!request.ciphertext_blob && !request.source_key_id) {
    return Errors::Validation("SourceKeyId is required when DryRunModifiers contains IGNORE_CIPHERTEXT.");
  }
  return std::nullopt;
}

// Guess: the source is resolved and authorized before the destination.
Task<Resolved<ReEncrypt::Api, ReEncrypt::Inputs>> ReEncrypt::Resolve(Session& session, const Request& request) {
  static const keys::AliasForms source_forms = FormsOf<Api>("SourceKeyId");
  static const keys::AliasForms destination_forms = FormsOf<Api>("DestinationKeyId");
  keys::CanonicalContext source_context;
  keys::CanonicalContext destination_context;
  if (request.source_encryption_context) source_context = keys::CanonicalContext(*request.source_encryption_context);
  if (request.destination_encryption_context)
    destination_context = keys::CanonicalContext(*request.destination_encryption_context);

  auto source = co_await ResolveCiphertextKey<Api, keys::action::ReEncryptFrom>(
      session, request.ciphertext_blob, request.source_key_id, source_forms, std::move(source_context));
  if (!source) co_return std::unexpected(std::move(source).error());
  auto destination = co_await ResolveKey<Api, keys::action::ReEncryptTo>(
      session, request.destination_key_id, destination_forms, std::move(destination_context));
  if (!destination) co_return std::unexpected(std::move(destination).error());
  co_return Inputs{std::move(*source), std::move(*destination)};
}

std::optional<shapes::OpError<ReEncrypt::Api>> ReEncrypt::CheckKey(const Request& request, const Inputs& inputs) {
  if (*request.source_encryption_algorithm != EncryptionAlgorithmSpec::kSymmetricDefault) {
    return Errors::InvalidKeyUsage(
        IncompatibleAlgorithm(*request.source_encryption_algorithm, inputs.source.key.resource()));
  }
  if (*request.destination_encryption_algorithm != EncryptionAlgorithmSpec::kSymmetricDefault) {
    return Errors::InvalidKeyUsage(
        IncompatibleAlgorithm(*request.destination_encryption_algorithm, inputs.destination.resource()));
  }
  return std::nullopt;
}

Outcome<ReEncrypt::Api> ReEncrypt::Run(const Call&, Inputs inputs, const Request& request, Trail& trail) {
  if (!inputs.source.ciphertext) return Refuse<Api>(Errors::InvalidCiphertext());
  auto done = keys::engine::ReEncrypt(inputs.source.key, *inputs.source.ciphertext, inputs.destination);
  if (!done && done.error().kind == ErrorKind::kAuthentication) return Refuse<Api>(Errors::InvalidCiphertext());
  if (!done) return Refuse<Api>(shapes::OpError<Api>::From(Internal(std::move(done).error(), trail)));
  NoteMaterial("sourceKeyMaterialId", done->source_material, &trail);
  NoteMaterial("destinationKeyMaterialId", done->destination_material, &trail);
  return Reply<Api>{.response = {.ciphertext_blob = std::move(done->blob),
                                 .source_key_id = inputs.source.key.resource().arn,
                                 .key_id = inputs.destination.resource().arn,
                                 .source_encryption_algorithm = request.source_encryption_algorithm,
                                 .destination_encryption_algorithm = request.destination_encryption_algorithm,
                                 .source_key_material_id = HexEncode(done->source_material),
                                 .destination_key_material_id = HexEncode(done->destination_material)},
                    .change = std::nullopt};
}

}  // namespace kagimori::kms
