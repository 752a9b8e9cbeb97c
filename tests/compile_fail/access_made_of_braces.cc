// expect: is private within this context|private constructor
// `{}` is no way around it.
#include "secret/testing/secret_testing.h"

auto Use(const kagimori::secret::SecretBytes& secret) {
#ifdef TWIN
  return secret.Open(kagimori::secret::SecretTesting::access());
#else
  return secret.Open({});
#endif
}
