// expect: invalid initialization of reference|no matching function|no known conversion
// Whoever may verify may not sign.
#include "keys/asymmetric_engine.h"

namespace keys = kagimori::keys;
#ifdef TWIN
using Action = keys::action::Sign;
#else
using Action = keys::action::Verify;
#endif

auto Use(const keys::Usable<Action>& key, const kagimori::secret::SecretBytes& message) {
  return keys::engine::Sign(key, kagimori::crypto::SignatureScheme::kEd25519, kagimori::crypto::MessageForm::kRaw,
                            message);
}
