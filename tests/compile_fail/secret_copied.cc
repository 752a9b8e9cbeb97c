// expect: use of deleted function|call to deleted constructor
// A copy of a secret is made in so many letters.
#include "secret/secret_bytes.h"

using kagimori::secret::SecretBytes;

SecretBytes Use(const SecretBytes& secret) {
#ifdef TWIN
  return secret.Clone();
#else
  return secret;
#endif
}
