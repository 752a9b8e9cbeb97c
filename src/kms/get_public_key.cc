#include "kms/get_public_key.h"

#include "keys/asymmetric_engine.h"
#include "kms/key_algorithms.h"

namespace kagimori::kms {

std::optional<shapes::OpError<GetPublicKey::Api>> GetPublicKey::CheckKey(const Request&, const Inputs& key) {
  const keys::Key& of = key.resource();
  // The state table lets a key that waits for its material pass: one whose material is deleted keeps its public key in
  // AWS. One that never had any, or has no public half, does not.
  if (of.stored_state == keys::KeyState::kPendingImport) {
    return shapes::Errors::KmsInvalidState(of.arn + " is pending import.");
  }
  if (!keys::IsAsymmetric(of.spec)) return shapes::Errors::UnsupportedOperation();
  return std::nullopt;
}

Outcome<GetPublicKey::Api> GetPublicKey::Run(const Call&, Ready key, const Request&, Trail&) {
  shapes::GetPublicKeyResponse response;
  response.key_id = key.key().arn;
  response.public_key = keys::engine::PublicKeyOf(key);
  response.customer_master_key_spec = key.key().spec;
  response.key_spec = key.key().spec;
  response.key_usage = key.key().usage;
  FillAlgorithms(key.key(), &response);
  return Reply<Api>{.response = std::move(response), .change = std::nullopt};
}

}  // namespace kagimori::kms
