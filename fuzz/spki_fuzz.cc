// Public keys that others send or import. The first byte chooses the type, the rest is the SubjectPublicKeyInfo. What
// is taken for a key is written as it was read, and works: it verifies, encrypts, agrees and encapsulates without a
// crash, and no fixed bytes are its signature.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <map>

#include "crypto/asymmetric_encryption.h"
#include "crypto/key_agreement.h"
#include "crypto/key_pair.h"
#include "crypto/signature.h"
#include "secret/testing/secret_testing.h"

namespace kagimori::crypto {
namespace {

void Require(bool holds) {
  if (!holds) std::abort();
}

const PrivateKey& OwnKey(KeyType type) {
  static std::map<KeyType, PrivateKey>& keys = *new std::map<KeyType, PrivateKey>;
  auto at = keys.find(type);
  if (at == keys.end()) at = keys.emplace(type, *PrivateKey::Parse(type, GenerateKeyPair(type).pkcs8)).first;
  return at->second;
}

void Use(const PublicKey& key) {
  const auto message = secret::SecretTesting::FromText("a message");
  static const Bytes kNoSignature(4627, 0x55);
  for (int scheme = 0; scheme <= static_cast<int>(SignatureScheme::kMlDsa); ++scheme) {
    const auto chosen = static_cast<SignatureScheme>(scheme);
    if (!Fits(key.type(), chosen) || chosen == SignatureScheme::kEd25519Ph) continue;
    for (const size_t size : {size_t{64}, key.spki().size() & ~size_t{31}, kNoSignature.size()})
      Require(!Verify(key, chosen, MessageForm::kRaw, message,
                      ByteView(kNoSignature).first(std::min(size, kNoSignature.size()))));
  }
  for (const auto scheme : {EncryptionScheme::kOaepSha1, EncryptionScheme::kOaepSha256, EncryptionScheme::kSm2}) {
    if (Fits(key.type(), scheme)) Require(EncryptWith(key, scheme, message).has_value());
  }
  if (IsNistCurve(key.type()) || key.type() == KeyType::kSm2) {
    Require(AgreeOnSecret(OwnKey(key.type()), key).has_value());
  }
  if (IsMlKem(key.type())) Require(Encapsulate(key).has_value());
}

void Try(KeyType type, ByteView spki) {
  const auto key = PublicKey::Parse(type, spki);
  if (!key) return;
  Require(key->type() == type && std::ranges::equal(key->spki(), spki));
  Use(*key);
}

}  // namespace
}  // namespace kagimori::crypto

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using kagimori::crypto::KeyType;
  if (size > 0)
    kagimori::crypto::Try(static_cast<KeyType>(data[0] % kagimori::crypto::kKeyTypes), {data + 1, size - 1});
  return 0;
}
