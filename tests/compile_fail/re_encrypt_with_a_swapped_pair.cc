// expect: invalid initialization of reference|no matching function|no known conversion
// Source and destination have permissions of their own.
#include "keys/engine.h"

namespace keys = kagimori::keys;

auto Use(const keys::Authorized<keys::action::ReEncryptFrom, keys::Key>& source, const keys::CiphertextView& ciphertext,
         const keys::Authorized<keys::action::ReEncryptTo, keys::Key>& destination) {
#ifdef TWIN
  return keys::engine::ReEncrypt(source, ciphertext, destination);
#else
  return keys::engine::ReEncrypt(destination, ciphertext, source);
#endif
}
