// expect: use of deleted function|call to deleted constructor
// One decision, one proof: it moves and is never copied.
#include "keys/actions.h"
#include "keys/authorized.h"
#include "keys/key.h"

using Proof = kagimori::keys::Authorized<kagimori::keys::action::Encrypt, kagimori::keys::Key>;

Proof Use(Proof proof) {
#ifdef TWIN
  Proof other = std::move(proof);
#else
  Proof other = proof;
#endif
  return other;
}
