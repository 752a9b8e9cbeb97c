#include "kms/get_public_key.h"

#include <utility>

#include "keys/asymmetric_engine.h"
#include "keys/key_spec.h"
#include "kms/key_algorithms.h"

namespace kagimori::kms {
namespace {

// What an imported key keeps of a material that is gone. Null: nothing.
const Bytes* KeptPublicKey(const keys::Key& key) {
  const keys::MaterialEntry* material = key.current_material();
  const keys::MaterialNote* note = material == nullptr ? nullptr : key.FindNote(material->id);
  return note == nullptr || note->public_key.empty() ? nullptr : &note->public_key;
}

}  // namespace

std::optional<shapes::OpError<GetPublicKey::Api>> GetPublicKey::CheckKey(const Request&, const Inputs& key) {
  const keys::Key& of = key.resource();
  // The state table lets a key that waits for its material pass: one whose material is gone keeps its public key. One
  // that never had any, or has no public half, does not.
  if (of.stored_state == keys::KeyState::kPendingImport && KeptPublicKey(of) == nullptr)
    return shapes::Errors::KmsInvalidState(of.arn + " is pending import.");
  if (!keys::IsAsymmetric(of.spec)) return shapes::Errors::UnsupportedOperation();
  return std::nullopt;
}

std::optional<GetPublicKey::Ready> GetPublicKey::ReadyNow(Session& session, Inputs& inputs) {
  std::shared_ptr<const keys::Key> key = inputs.snapshot();
  if (const Bytes* kept = KeptPublicKey(*key)) return Ready{.key = key, .public_key = *kept};
  auto usable = session.loaded.ReadyNow(&session.loaded_view, inputs);
  if (!usable) return std::nullopt;
  return Ready{.key = std::move(key), .public_key = keys::engine::PublicKeyOf(*usable)};
}

Task<Result<GetPublicKey::Ready>> GetPublicKey::MakeReady(Session& session, Inputs inputs) {
  std::shared_ptr<const keys::Key> key = inputs.snapshot();
  Result<keys::Usable<Action>> usable = co_await session.loaded.Ready(&session.loaded_view, std::move(inputs));
  if (!usable) co_return std::unexpected(std::move(usable).error());
  co_return Ready{.key = std::move(key), .public_key = keys::engine::PublicKeyOf(*usable)};
}

Outcome<GetPublicKey::Api> GetPublicKey::Run(const Call&, Ready ready, const Request&, Trail&) {
  const keys::Key& key = *ready.key;
  shapes::GetPublicKeyResponse response;
  response.key_id = key.arn;
  response.public_key = std::move(ready.public_key);
  response.customer_master_key_spec = key.spec;
  response.key_spec = key.spec;
  response.key_usage = key.usage;
  FillAlgorithms(key, &response);
  return Reply<Api>{.response = std::move(response), .change = std::nullopt};
}

}  // namespace kagimori::kms
