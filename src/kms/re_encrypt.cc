#include "kms/re_encrypt.h"

#include <algorithm>

#include "keys/asymmetric_engine.h"
#include "kms/encryption_rules.h"
#include "kms/material_note.h"
#include "kms/request_facts.h"

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

namespace {

Task<std::optional<keys::KeyName>> NameOf(Session& session, std::string_view text, keys::AliasForms forms) {
  if (auto cached = session.resolver.FindCached(text)) co_return cached->name;
  auto found = co_await session.resolver.FindKey(text, forms);
  if (!found) co_return std::nullopt;
  co_return found->key->name;
}

// For kms:ReEncryptOnSameKey, before either key is authorized. A key that is not found is none; the lookup proper says
// why.
Task<bool> NameOneKey(Session& session, const ReEncrypt::Request& request, keys::AliasForms source_forms,
                      keys::AliasForms destination_forms) {
  std::optional<keys::KeyName> source;
  if (request.source_key_id) {
    source = co_await NameOf(session, *request.source_key_id, source_forms);
  } else if (request.ciphertext_blob) {
    if (std::optional<keys::CiphertextView> view = keys::ParseCiphertext(*request.ciphertext_blob))
      source = {.account = view->header.account, .region = session.call.region, .id = view->header.key};
  }
  if (!source) co_return false;
  std::optional<keys::KeyName> destination = co_await NameOf(session, request.destination_key_id, destination_forms);
  co_return destination == source;
}

}  // namespace

// Guess: the source is resolved and authorized before the destination.
Task<Resolved<ReEncrypt::Api, ReEncrypt::Inputs>> ReEncrypt::Resolve(Session& session, const Request& request) {
  static const keys::AliasForms source_forms = FormsOf<Api>("SourceKeyId");
  static const keys::AliasForms destination_forms = FormsOf<Api>("DestinationKeyId");
  keys::CanonicalContext source_context;
  keys::CanonicalContext destination_context;
  if (request.source_encryption_context) source_context = keys::CanonicalContext(*request.source_encryption_context);
  if (request.destination_encryption_context)
    destination_context = keys::CanonicalContext(*request.destination_encryption_context);

  const bool same_key = co_await NameOneKey(session, request, source_forms, destination_forms);
  const ReEncryptFacts source_facts({request.source_encryption_context, request.source_encryption_algorithm}, same_key);
  Session source_session = session.With(source_facts);
  auto source = co_await ResolveCiphertextKey<Api, keys::action::ReEncryptFrom>(
      source_session, *request.source_encryption_algorithm, request.ciphertext_blob, request.source_key_id,
      source_forms, std::move(source_context));
  if (!source) co_return std::unexpected(std::move(source).error());
  const ReEncryptFacts destination_facts(
      {request.destination_encryption_context, request.destination_encryption_algorithm}, same_key);
  Session destination_session = session.With(destination_facts);
  auto destination = co_await ResolveKey<Api, keys::action::ReEncryptTo>(
      destination_session, request.destination_key_id, destination_forms, std::move(destination_context));
  if (!destination) co_return std::unexpected(std::move(destination).error());
  co_return Inputs{std::move(*source), std::move(*destination)};
}

std::optional<shapes::OpError<ReEncrypt::Api>> ReEncrypt::CheckKey(const Request& request, const Inputs& inputs) {
  const keys::Authorized<keys::action::ReEncryptFrom, keys::Key>& source = inputs.source.key;
  auto refused = CheckEncryption(*request.source_encryption_algorithm, !source.context().empty(), source.resource());
  if (!refused) {
    refused = CheckEncryption(*request.destination_encryption_algorithm, !inputs.destination.context().empty(),
                              inputs.destination.resource());
  }
  if (refused) return shapes::OpError<Api>::From(*std::move(refused));
  return std::nullopt;
}

// Both or none: the first that is taken would be lost otherwise.
std::optional<ReEncrypt::Ready> ReEncrypt::ReadyNow(Session& session, Inputs& inputs) {
  keys::LoadedKeyCache::View* view = &session.loaded_view;
  if (!session.loaded.IsReady(view, inputs.source.key.resource()) ||
      !session.loaded.IsReady(view, inputs.destination.resource()))
    return std::nullopt;
  return Ready{{*session.loaded.ReadyNow(view, inputs.source.key), inputs.source.ciphertext},
               *session.loaded.ReadyNow(view, inputs.destination)};
}

Task<Result<ReEncrypt::Ready>> ReEncrypt::MakeReady(Session& session, Inputs inputs) {
  auto source = co_await session.loaded.Ready(&session.loaded_view, std::move(inputs.source.key));
  if (!source) co_return std::unexpected(std::move(source).error());
  auto destination = co_await session.loaded.Ready(&session.loaded_view, std::move(inputs.destination));
  if (!destination) co_return std::unexpected(std::move(destination).error());
  co_return Ready{{std::move(*source), inputs.source.ciphertext}, std::move(*destination)};
}

WorkCost ReEncrypt::CostOf(const Ready& ready, const Request&) {
  return std::max(CostOfPrivateUse(ready.source.key.key()), CostOfPublicUse(ready.destination.key()));
}

Outcome<ReEncrypt::Api> ReEncrypt::Run(const Call&, Ready ready, const Request& request, Trail& trail) {
  const auto& [source, ciphertext] = ready.source;
  const bool symmetric = *request.source_encryption_algorithm == EncryptionAlgorithmSpec::kSymmetricDefault;
  if (!request.ciphertext_blob || (symmetric && !ciphertext)) return Refuse<Api>(Errors::InvalidCiphertext());
  auto done = keys::engine::ReEncrypt(
      source,
      {.algorithm = *request.source_encryption_algorithm, .blob = *request.ciphertext_blob, .symmetric = ciphertext},
      ready.destination, *request.destination_encryption_algorithm);
  if (!done && done.error().kind == ErrorKind::kAuthentication) return Refuse<Api>(Errors::InvalidCiphertext());
  if (!done && done.error().kind == ErrorKind::kLimit)
    return Refuse<Api>(TooLong(*request.destination_encryption_algorithm, ready.destination.key()));
  if (!done) return Refuse<Api>(shapes::OpError<Api>::From(Internal(std::move(done).error(), trail)));

  Reply<Api> reply{.response = {.ciphertext_blob = std::move(done->blob),
                                .source_key_id = source.key().arn,
                                .key_id = ready.destination.key().arn,
                                .source_encryption_algorithm = request.source_encryption_algorithm,
                                .destination_encryption_algorithm = request.destination_encryption_algorithm,
                                .source_key_material_id = std::nullopt,
                                .destination_key_material_id = std::nullopt},
                   .change = std::nullopt};
  if (done->source_material) {
    NoteMaterial("sourceKeyMaterialId", *done->source_material, &trail);
    reply.response.source_key_material_id = HexEncode(*done->source_material);
  }
  if (done->destination_material) {
    NoteMaterial("destinationKeyMaterialId", *done->destination_material, &trail);
    reply.response.destination_key_material_id = HexEncode(*done->destination_material);
  }
  return reply;
}

}  // namespace kagimori::kms
