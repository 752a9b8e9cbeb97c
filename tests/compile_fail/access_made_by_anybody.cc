// expect: is private within this context|private constructor
// Who may look at secrets is on one list.
#include "secret/testing/secret_testing.h"

auto Use(const kagimori::secret::SecretBytes& secret) {
#ifdef TWIN
  return secret.Open(kagimori::secret::SecretTesting::access());
#else
  return secret.Open(kagimori::secret::Access());
#endif
}
