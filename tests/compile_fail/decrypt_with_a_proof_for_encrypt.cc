// expect: invalid initialization of reference|no matching function|no known conversion
// The engine serves the action that was allowed and no other.
#include "keys/engine.h"

namespace keys = kagimori::keys;
#ifdef TWIN
using Action = keys::action::Decrypt;
#else
using Action = keys::action::Encrypt;
#endif

auto Use(const keys::Authorized<Action, keys::Key>& proof, const keys::CiphertextView& ciphertext) {
  return keys::engine::Decrypt(proof, ciphertext);
}
