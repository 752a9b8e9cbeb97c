#include "keys/mac_engine.h"

#include "crypto/hash.h"
#include "keys/key_spec.h"
#include "secret/compare.h"

namespace kagimori::keys::engine {
namespace {

Result<Bytes> MacOf(const Key& key, const secret::SecretBytes& message) {
  const MaterialEntry* entry = key.current_material();
  const Material* material = entry == nullptr ? nullptr : entry->loaded.get();
  const std::optional<crypto::HashAlgorithm> hash = TraitsOf(key.spec).hash;
  if (material == nullptr || !material->mac_key || !hash)
    return Fail(ErrorKind::kInternal, "the key has no material for MACs");
  return crypto::Hmac(*hash, *material->mac_key, message);
}

}  // namespace

Result<Bytes> GenerateMac(const Authorized<action::GenerateMac, Key>& key, const secret::SecretBytes& message) {
  return MacOf(key.resource(), message);
}

Result<bool> VerifyMac(const Authorized<action::VerifyMac, Key>& key, const secret::SecretBytes& message,
                       ByteView mac) {
  KAGIMORI_ASSIGN_OR_RETURN(const Bytes expected, MacOf(key.resource(), message));
  return secret::Equal(expected, mac);
}

}  // namespace kagimori::keys::engine
