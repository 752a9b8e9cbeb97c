#ifndef KAGIMORI_KEYS_ASYMMETRIC_ENGINE_H_
#define KAGIMORI_KEYS_ASYMMETRIC_ENGINE_H_

#include <optional>

#include "base/bytes.h"
#include "base/result.h"
#include "crypto/asymmetric_encryption.h"
#include "crypto/key_agreement.h"
#include "crypto/signature.h"
#include "keys/actions.h"
#include "keys/ciphertext.h"
#include "keys/loaded_key.h"
#include "secret/secret_bytes.h"
#include "shapes/kms_enums.h"

// Everything that uses asymmetric key material, and ReEncrypt, which may use both kinds. Each function asks for the
// permission that it serves. Pure computation, some of it long (kms/work_cost.h); thread-safe.
//
// REQUIRES (all): the key's spec has the algorithm (kms/ has said so; kInternal or `false` otherwise).
namespace kagimori::keys::engine {

// In the one form in which public keys are given out: DER SubjectPublicKeyInfo.
const Bytes& PublicKeyOf(const Usable<action::GetPublicKey>& key);

// REQUIRES of form and message: see crypto/signature.h.
Result<Bytes> Sign(const Usable<action::Sign>& key, crypto::SignatureScheme scheme, crypto::MessageForm form,
                   const secret::SecretBytes& message);
bool Verify(const Usable<action::Verify>& key, crypto::SignatureScheme scheme, crypto::MessageForm form,
            const secret::SecretBytes& message, ByteView signature);

// REQUIRES: the plaintext fits (crypto::MaxPlaintextSize).
Result<Bytes> EncryptAsymmetric(const Usable<action::Encrypt>& key, crypto::EncryptionScheme scheme,
                                const secret::SecretBytes& plaintext);
// kAuthentication for every ciphertext that is none, without saying what is wrong with it.
Result<secret::SecretBytes> DecryptAsymmetric(const Usable<action::Decrypt>& key, crypto::EncryptionScheme scheme,
                                              ByteView ciphertext);

// kInvalid: `peer` is no public key on the key's curve.
Result<secret::SecretBytes> DeriveSharedSecret(const Usable<action::DeriveSharedSecret>& key, ByteView peer_spki);

Result<crypto::Encapsulated> Encapsulate(const Usable<action::Encapsulate>& key);
// kInvalid: a ciphertext of another length than the key's.
Result<secret::SecretBytes> Decapsulate(const Usable<action::Decapsulate>& key, ByteView ciphertext);

// A ciphertext as ReEncrypt gets it.
struct SourceCiphertext {
  shapes::EncryptionAlgorithmSpec algorithm;
  ByteView blob;
  std::optional<CiphertextView> symmetric;  // REQUIRES: the blob taken apart, when the algorithm is SYMMETRIC_DEFAULT
};
struct ReEncrypted {
  Bytes blob;
  std::optional<MaterialId> source_material;  // of symmetric keys
  std::optional<MaterialId> destination_material;
};
// kAuthentication as above; kLimit: what was in it is too long for the destination. The plaintext leaves by no path.
Result<ReEncrypted> ReEncrypt(const Usable<action::ReEncryptFrom>& source, const SourceCiphertext& ciphertext,
                              const Usable<action::ReEncryptTo>& destination,
                              shapes::EncryptionAlgorithmSpec destination_algorithm);

}  // namespace kagimori::keys::engine

#endif  // KAGIMORI_KEYS_ASYMMETRIC_ENGINE_H_
