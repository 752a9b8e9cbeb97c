// Private keys that are imported or read back. The first byte chooses the type, the rest is the PKCS#8 structure. What
// is taken for a key has two halves that belong together: what the one makes the other takes.
#include <cstdint>
#include <cstdlib>

#include "crypto/asymmetric_encryption.h"
#include "crypto/key_agreement.h"
#include "crypto/key_pair.h"
#include "crypto/signature.h"
#include "secret/compare.h"
#include "secret/testing/secret_testing.h"

namespace kagimori::crypto {
namespace {

void Require(bool holds) {
  if (!holds) std::abort();
}

void SignAndVerify(const PrivateKey& key, const secret::SecretBytes& message) {
  for (int scheme = 0; scheme <= static_cast<int>(SignatureScheme::kMlDsa); ++scheme) {
    const auto chosen = static_cast<SignatureScheme>(scheme);
    if (!Fits(key.type(), chosen) || chosen == SignatureScheme::kEd25519Ph) continue;
    const auto signature = Sign(key, chosen, MessageForm::kRaw, message);
    Require(signature && Verify(key.public_key(), chosen, MessageForm::kRaw, message, *signature));
    return;  // one scheme uses the halves as well as six, and takes a sixth of the time
  }
}

void EncryptAndDecrypt(const PrivateKey& key, const secret::SecretBytes& message) {
  for (const auto scheme : {EncryptionScheme::kOaepSha256, EncryptionScheme::kSm2}) {
    if (!Fits(key.type(), scheme)) continue;
    const auto ciphertext = EncryptWith(key.public_key(), scheme, message);
    Require(ciphertext.has_value());
    const auto plaintext = DecryptWith(key, scheme, *ciphertext);
    Require(plaintext && secret::Equal(*plaintext, message));
  }
}

void Agree(const PrivateKey& key) {
  if (IsNistCurve(key.type()) || key.type() == KeyType::kSm2) {
    const auto other = PrivateKey::Parse(key.type(), GenerateKeyPair(key.type()).pkcs8);
    Require(other.has_value());
    const auto one = AgreeOnSecret(key, other->public_key());
    const auto two = AgreeOnSecret(*other, key.public_key());
    Require(one && two && secret::Equal(*one, *two));
  }
  if (IsMlKem(key.type())) {
    const auto made = Encapsulate(key.public_key());
    Require(made.has_value());
    const auto back = Decapsulate(key, made->ciphertext);
    Require(back && secret::Equal(*back, made->secret));
  }
}

void Try(KeyType type, ByteView pkcs8) {
  const auto key = PrivateKey::Parse(type, secret::SecretBytes::CopyOf(pkcs8));
  if (!key) return;
  Require(key->type() == type && PublicKey::Parse(type, key->public_key().spki()).has_value());
  const auto message = secret::SecretTesting::FromText("a message");
  SignAndVerify(*key, message);
  EncryptAndDecrypt(*key, message);
  Agree(*key);
}

}  // namespace
}  // namespace kagimori::crypto

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using kagimori::crypto::KeyType;
  if (size > 0)
    kagimori::crypto::Try(static_cast<KeyType>(data[0] % kagimori::crypto::kKeyTypes), {data + 1, size - 1});
  return 0;
}
