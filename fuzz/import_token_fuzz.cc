// What ImportKeyMaterial gets from a client. The first byte chooses: the rest is an import token, which never opens;
// or what stands in a wrapping, as its algorithm carries it; or the private key that was wrapped. What is taken for a
// key is one that the program reads again, and writes the same.
#include <cstdint>
#include <cstdlib>

#include "crypto/key_unwrapping.h"
#include "keys/import_token.h"
#include "seal/testing/test_store.h"
#include "secret/compare.h"

namespace kagimori::keys {
namespace {

void Require(bool holds) {
  if (!holds) std::abort();
}

const seal::KeyHierarchy& Hierarchy() {
  static const seal::TestStore* store = new seal::TestStore;
  return *store->hierarchy;
}

void TryToken(ByteView token) {
  KeyName name{.account = AccountId::FromNumber(111122223333), .region = *Region::Parse("eu-central-1"), .id = {}};
  Require(!OpenImportToken(Hierarchy(), name, token));
}

const crypto::PrivateKey& WrappingKey(crypto::KeyType type) {
  static const auto* rsa = new crypto::PrivateKey(
      crypto::PrivateKey::Parse(crypto::KeyType::kRsa2048, crypto::GenerateKeyPair(crypto::KeyType::kRsa2048).pkcs8)
          .value());
  static const auto* sm2 = new crypto::PrivateKey(
      crypto::PrivateKey::Parse(crypto::KeyType::kSm2, crypto::GenerateKeyPair(crypto::KeyType::kSm2).pkcs8).value());
  return type == crypto::KeyType::kSm2 ? *sm2 : *rsa;
}

void TryWrapped(uint8_t number, ByteView wrapped) {
  const auto scheme = static_cast<crypto::UnwrappingScheme>(number % 5);
  const bool sm2 = scheme == crypto::UnwrappingScheme::kSm2;
  const auto plain =
      crypto::UnwrapWith(WrappingKey(sm2 ? crypto::KeyType::kSm2 : crypto::KeyType::kRsa2048), scheme, wrapped);
  Require(!plain || plain->size() <= wrapped.size());
}

void TryPrivateKey(uint8_t number, ByteView pkcs8) {
  const auto type = static_cast<crypto::KeyType>(number % crypto::kKeyTypes);
  const auto imported = crypto::ImportPrivateKey(type, secret::SecretBytes::CopyOf(pkcs8));
  if (!imported) return;
  const auto key = crypto::PrivateKey::Parse(type, imported->pkcs8);
  Require(key && key->public_key().spki() == imported->spki);
  const auto again = crypto::ImportPrivateKey(type, imported->pkcs8);
  Require(again && again->spki == imported->spki && secret::Equal(again->pkcs8, imported->pkcs8));
}

}  // namespace
}  // namespace kagimori::keys

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const kagimori::ByteView rest(data + 2, size - 2);
  if (data[0] % 3 == 0) kagimori::keys::TryToken(rest);
  if (data[0] % 3 == 1) kagimori::keys::TryWrapped(data[1], rest);
  if (data[0] % 3 == 2) kagimori::keys::TryPrivateKey(data[1], rest);
  return 0;
}
