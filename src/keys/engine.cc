#include "keys/engine.h"

#include <algorithm>

#include "crypto/aead.h"
#include "crypto/commitment.h"
#include "crypto/hedged.h"
#include "keys/engine_internal.h"
#include "secret/compare.h"

namespace kagimori::keys::engine {
namespace {

constexpr std::string_view kLabel = "kagimori/sym/1";

}  // namespace

namespace internal {

Result<Encrypted> Seal(const Key& key, const CanonicalContext& context, const secret::SecretBytes& plaintext) {
  const MaterialEntry* entry = key.current_material();
  const Material* material = entry == nullptr ? nullptr : entry->loaded.get();
  if (material == nullptr || !material->kdf) return Fail(ErrorKind::kInternal, "the key has no symmetric material");
  CiphertextHeader header{.account = key.name.account, .key = key.name.id, .material = material->id, .salt = {}};
  header.salt = crypto::HedgedSalt({material->id, context.bytes()}, plaintext);

  Encrypted out;
  out.material = material->id;
  out.blob.reserve(kCiphertextOverhead + plaintext.size());
  header.AppendTo(&out.blob);
  crypto::DerivedPair derived = crypto::DeriveCounterMode(*material->kdf, kLabel, out.blob);
  crypto::AppendCommitment(derived.second, &out.blob);
  // The associated data is what stands in the blob already, and the context behind it. SealOnce appends to the same
  // buffer, which the reserve above keeps from moving.
  crypto::SealOnce(derived.first, {ByteView(out.blob), context.bytes()}, plaintext, &out.blob);
  return out;
}

Result<Decrypted> Open(const Key& key, const CanonicalContext& context, const CiphertextView& ciphertext) {
  if (ciphertext.header.account != key.name.account || ciphertext.header.key != key.name.id) {
    return Fail(ErrorKind::kInternal, "a ciphertext of another key reached the engine");
  }
  const MaterialEntry* entry = key.FindMaterial(ciphertext.header.material);
  if (entry == nullptr) return Fail(ErrorKind::kAuthentication, "no such key material");
  const Material* material = entry->loaded.get();
  if (material == nullptr || !material->kdf) return Fail(ErrorKind::kInternal, "the key material is not loaded");
  crypto::DerivedPair derived = crypto::DeriveCounterMode(*material->kdf, kLabel, ciphertext.header_bytes);
  if (!secret::Equal(derived.second, ciphertext.commitment)) return Fail(ErrorKind::kAuthentication, "key commitment");
  Result<secret::SecretBytes> plaintext = crypto::OpenOnce(
      derived.first, {ciphertext.header_bytes, ciphertext.commitment, context.bytes()}, ciphertext.sealed);
  if (!plaintext) return std::unexpected(std::move(plaintext).error());
  return Decrypted{std::move(*plaintext), material->id};
}

}  // namespace internal

using internal::Open;
using internal::Seal;

Result<Encrypted> Encrypt(const Authorized<action::Encrypt, Key>& key, const secret::SecretBytes& plaintext) {
  return Seal(key.resource(), key.context(), plaintext);
}

Result<Encrypted> EncryptDataKey(const Authorized<action::GenerateDataKey, Key>& key,
                                 const secret::SecretBytes& data_key) {
  return Seal(key.resource(), key.context(), data_key);
}

Result<Encrypted> EncryptDataKey(const Authorized<action::GenerateDataKeyWithoutPlaintext, Key>& key,
                                 const secret::SecretBytes& data_key) {
  return Seal(key.resource(), key.context(), data_key);
}

Result<Encrypted> EncryptDataKey(const Authorized<action::GenerateDataKeyPair, Key>& key,
                                 const secret::SecretBytes& pkcs8) {
  return Seal(key.resource(), key.context(), pkcs8);
}

Result<Encrypted> EncryptDataKey(const Authorized<action::GenerateDataKeyPairWithoutPlaintext, Key>& key,
                                 const secret::SecretBytes& pkcs8) {
  return Seal(key.resource(), key.context(), pkcs8);
}

Result<Decrypted> Decrypt(const Authorized<action::Decrypt, Key>& key, const CiphertextView& ciphertext) {
  return Open(key.resource(), key.context(), ciphertext);
}

}  // namespace kagimori::keys::engine
