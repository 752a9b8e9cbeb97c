#include "kms/decrypt.h"

#include <algorithm>

#include "keys/asymmetric_engine.h"
#include "keys/engine.h"
#include "kms/encryption_rules.h"
#include "kms/material_note.h"
#include "kms/recipient.h"

namespace kagimori::kms {

using shapes::EncryptionAlgorithmSpec;
using shapes::Errors;

void Decrypt::FillDefaults(Request& request) {
  if (!request.encryption_algorithm) request.encryption_algorithm = EncryptionAlgorithmSpec::kSymmetricDefault;
}

std::optional<shapes::OpError<Decrypt::Api>> Decrypt::Check(const Request& request) {
  // Without a blob (a dry run that ignores it) only the KeyId can say which key is meant. Guess: the text.
  if (!request.ciphertext_blob && !request.key_id) {
    return Errors::Validation("KeyId is required when DryRunModifiers contains IGNORE_CIPHERTEXT.");
  }
  return std::nullopt;
}

Task<Resolved<Decrypt::Api, Decrypt::Inputs>> Decrypt::Resolve(Session& session, const Request& request) {
  static const keys::AliasForms forms = FormsOf<Api>("KeyId");
  return ResolveCiphertextKey<Api, Action>(session, *request.encryption_algorithm, request.ciphertext_blob,
                                           request.key_id, forms, ContextOf(request));
}

std::optional<shapes::OpError<Decrypt::Api>> Decrypt::CheckKey(const Request& request, const Inputs& inputs) {
  if (auto refused =
          CheckEncryption(*request.encryption_algorithm, !inputs.key.context().empty(), inputs.key.resource()))
    return shapes::OpError<Api>::From(*std::move(refused));
  return std::nullopt;
}

std::optional<Decrypt::Ready> Decrypt::ReadyNow(Session& session, Inputs& inputs) {
  auto key = session.loaded.ReadyNow(&session.loaded_view, inputs.key);
  if (!key) return std::nullopt;
  return Ready{std::move(*key), inputs.ciphertext};
}

Task<Result<Decrypt::Ready>> Decrypt::MakeReady(Session& session, Inputs inputs) {
  Result<keys::Usable<Action>> key = co_await session.loaded.Ready(&session.loaded_view, std::move(inputs.key));
  if (!key) co_return std::unexpected(std::move(key).error());
  co_return Ready{std::move(*key), inputs.ciphertext};
}

namespace {

// A symmetric ciphertext has the id of the material that made it.
struct Opened {
  secret::SecretBytes plaintext;
  std::optional<keys::MaterialId> material;
};

Result<Opened> Open(const Decrypt::Ready& ready, const Decrypt::Request& request) {
  if (*request.encryption_algorithm == EncryptionAlgorithmSpec::kSymmetricDefault) {
    KAGIMORI_ASSIGN_OR_RETURN(keys::engine::Decrypted opened,
                              keys::engine::Decrypt(ready.key.permission(), *ready.ciphertext));
    return Opened{std::move(opened.plaintext), opened.material};
  }
  KAGIMORI_ASSIGN_OR_RETURN(secret::SecretBytes plaintext,
                            keys::engine::DecryptAsymmetric(ready.key, keys::SchemeOf(*request.encryption_algorithm),
                                                            *request.ciphertext_blob));
  return Opened{std::move(plaintext), std::nullopt};
}

}  // namespace

Outcome<Decrypt::Api> Decrypt::Run(const Call& call, Ready ready, const Request& request, Trail& trail) {
  // Without a blob there is only a dry run, which has ended before; see Check.
  const bool symmetric = *request.encryption_algorithm == EncryptionAlgorithmSpec::kSymmetricDefault;
  if (!request.ciphertext_blob || (symmetric && !ready.ciphertext)) return Refuse<Api>(Errors::InvalidCiphertext());
  Result<Opened> opened = Open(ready, request);
  if (!opened && opened.error().kind == ErrorKind::kAuthentication) return Refuse<Api>(Errors::InvalidCiphertext());
  if (!opened) return Refuse<Api>(shapes::OpError<Api>::From(Internal(std::move(opened).error(), trail)));
  std::optional<std::string> material_id;
  if (opened->material) {
    NoteMaterial("keyMaterialId", *opened->material, &trail);
    material_id = MaterialIdFor(call, *opened->material);
  }
  Result<Deliverable> answer = Deliver(call, std::move(opened->plaintext));
  if (!answer) return Refuse<Api>(shapes::OpError<Api>::From(Internal(std::move(answer).error(), trail)));
  return Reply<Api>{.response = {.key_id = ready.key.key().arn,
                                 .plaintext = std::move(answer->plaintext),
                                 .encryption_algorithm = request.encryption_algorithm,
                                 .ciphertext_for_recipient = std::move(answer->for_recipient),
                                 .key_material_id = std::move(material_id)},
                    .change = std::nullopt};
}

}  // namespace kagimori::kms
