#include "keys/asymmetric_engine.h"

#include <utility>

#include "keys/engine_internal.h"
#include "keys/key_spec.h"

namespace kagimori::keys::engine {

using shapes::EncryptionAlgorithmSpec;

const Bytes& PublicKeyOf(const Usable<action::GetPublicKey>& key) { return key.pair().public_key().spki(); }

Result<Bytes> Sign(const Usable<action::Sign>& key, crypto::SignatureScheme scheme, crypto::MessageForm form,
                   const secret::SecretBytes& message) {
  return crypto::Sign(key.pair(), scheme, form, message);
}

bool Verify(const Usable<action::Verify>& key, crypto::SignatureScheme scheme, crypto::MessageForm form,
            const secret::SecretBytes& message, ByteView signature) {
  return crypto::Verify(key.pair().public_key(), scheme, form, message, signature);
}

Result<Bytes> EncryptAsymmetric(const Usable<action::Encrypt>& key, crypto::EncryptionScheme scheme,
                                const secret::SecretBytes& plaintext) {
  return crypto::EncryptWith(key.pair().public_key(), scheme, plaintext);
}

Result<secret::SecretBytes> DecryptAsymmetric(const Usable<action::Decrypt>& key, crypto::EncryptionScheme scheme,
                                              ByteView ciphertext) {
  return crypto::DecryptWith(key.pair(), scheme, ciphertext);
}

Result<secret::SecretBytes> DeriveSharedSecret(const Usable<action::DeriveSharedSecret>& key, ByteView peer_spki) {
  KAGIMORI_ASSIGN_OR_RETURN(crypto::PublicKey peer, crypto::PublicKey::Parse(key.pair().type(), peer_spki));
  return crypto::AgreeOnSecret(key.pair(), peer);
}

Result<crypto::Encapsulated> Encapsulate(const Usable<action::Encapsulate>& key) {
  return crypto::Encapsulate(key.pair().public_key());
}

Result<secret::SecretBytes> Decapsulate(const Usable<action::Decapsulate>& key, ByteView ciphertext) {
  return crypto::Decapsulate(key.pair(), ciphertext);
}

namespace {

struct Opened {
  secret::SecretBytes plaintext;
  std::optional<MaterialId> material;
};

Result<Opened> Open(const Usable<action::ReEncryptFrom>& source, const SourceCiphertext& ciphertext) {
  if (ciphertext.algorithm == EncryptionAlgorithmSpec::kSymmetricDefault) {
    if (!ciphertext.symmetric) return Fail(ErrorKind::kInternal, "a symmetric ciphertext that was not taken apart");
    KAGIMORI_ASSIGN_OR_RETURN(Decrypted opened,
                              internal::Open(source.key(), source.permission().context(), *ciphertext.symmetric));
    return Opened{std::move(opened.plaintext), opened.material};
  }
  KAGIMORI_ASSIGN_OR_RETURN(secret::SecretBytes plaintext,
                            crypto::DecryptWith(source.pair(), SchemeOf(ciphertext.algorithm), ciphertext.blob));
  return Opened{std::move(plaintext), std::nullopt};
}

}  // namespace

Result<ReEncrypted> ReEncrypt(const Usable<action::ReEncryptFrom>& source, const SourceCiphertext& ciphertext,
                              const Usable<action::ReEncryptTo>& destination,
                              EncryptionAlgorithmSpec destination_algorithm) {
  KAGIMORI_ASSIGN_OR_RETURN(Opened opened, Open(source, ciphertext));
  if (destination_algorithm == EncryptionAlgorithmSpec::kSymmetricDefault) {
    KAGIMORI_ASSIGN_OR_RETURN(Encrypted sealed,
                              internal::Seal(destination.key(), destination.permission().context(), opened.plaintext));
    return ReEncrypted{std::move(sealed.blob), opened.material, sealed.material};
  }
  const crypto::PublicKey& to = destination.pair().public_key();
  const crypto::EncryptionScheme scheme = SchemeOf(destination_algorithm);
  if (opened.plaintext.size() > crypto::MaxPlaintextSize(to.type(), scheme))
    return Fail(ErrorKind::kLimit, "the plaintext is too long for the destination key");
  KAGIMORI_ASSIGN_OR_RETURN(Bytes blob, crypto::EncryptWith(to, scheme, opened.plaintext));
  return ReEncrypted{std::move(blob), opened.material, std::nullopt};
}

}  // namespace kagimori::keys::engine
