#ifndef KAGIMORI_KEYS_ENGINE_INTERNAL_H_
#define KAGIMORI_KEYS_ENGINE_INTERNAL_H_

#include "keys/engine.h"

// Private to the engine's files: what asks for no permission, since its callers have.
namespace kagimori::keys::engine::internal {

Result<Encrypted> Seal(const Key& key, const CanonicalContext& context, const secret::SecretBytes& plaintext);
Result<Decrypted> Open(const Key& key, const CanonicalContext& context, const CiphertextView& ciphertext);

}  // namespace kagimori::keys::engine::internal

#endif  // KAGIMORI_KEYS_ENGINE_INTERNAL_H_
