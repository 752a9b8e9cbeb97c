#ifndef KAGIMORI_KEYS_ENGINE_H_
#define KAGIMORI_KEYS_ENGINE_H_

#include "base/bytes.h"
#include "base/result.h"
#include "keys/actions.h"
#include "keys/authorized.h"
#include "keys/ciphertext.h"
#include "keys/key.h"
#include "secret/secret_bytes.h"

// Everything that uses the key material of symmetric keys; asymmetric_engine.h and mac_engine.h have the others'. Each
// function asks for the permission that it serves, and takes key and encryption context from it alone. Pure
// computation: no store, no audit, no clock. Thread-safe.
namespace kagimori::keys::engine {

struct Encrypted {
  Bytes blob;
  MaterialId material;
};

// REQUIRES (all): the key is SYMMETRIC_DEFAULT and has material (the state table has said so; kInternal otherwise).
Result<Encrypted> Encrypt(const Authorized<action::Encrypt, Key>& key, const secret::SecretBytes& plaintext);
Result<Encrypted> EncryptDataKey(const Authorized<action::GenerateDataKey, Key>& key,
                                 const secret::SecretBytes& data_key);
Result<Encrypted> EncryptDataKey(const Authorized<action::GenerateDataKeyWithoutPlaintext, Key>& key,
                                 const secret::SecretBytes& data_key);
// `pkcs8`: the private half of a pair.
Result<Encrypted> EncryptDataKey(const Authorized<action::GenerateDataKeyPair, Key>& key,
                                 const secret::SecretBytes& pkcs8);
Result<Encrypted> EncryptDataKey(const Authorized<action::GenerateDataKeyPairWithoutPlaintext, Key>& key,
                                 const secret::SecretBytes& pkcs8);

struct Decrypted {
  secret::SecretBytes plaintext;
  MaterialId material;
};

// kAuthentication for every ciphertext that this key did not make under this context, without saying what is wrong with
// it. REQUIRES: `ciphertext` names this key, and the material that it names is loaded (KeyTable::WithMaterial).
Result<Decrypted> Decrypt(const Authorized<action::Decrypt, Key>& key, const CiphertextView& ciphertext);

}  // namespace kagimori::keys::engine

#endif  // KAGIMORI_KEYS_ENGINE_H_
