// expect: invalid initialization of reference|no matching function|no known conversion
// A forgotten check: the key without the permission to use it.
#include "keys/engine.h"

namespace keys = kagimori::keys;

auto Use(const keys::Authorized<keys::action::Encrypt, keys::Key>& proof,
         const kagimori::secret::SecretBytes& plaintext) {
#ifdef TWIN
  return keys::engine::Encrypt(proof, plaintext);
#else
  return keys::engine::Encrypt(proof.resource(), plaintext);
#endif
}
