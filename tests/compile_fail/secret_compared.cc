// expect: no match for 'operator=='|no match for .operator==.|invalid operands to binary expression
// Comparing takes the same time wherever the first difference is.
#include "secret/compare.h"

bool Use(const kagimori::secret::SecretBytes& a, const kagimori::secret::SecretBytes& b) {
#ifdef TWIN
  return Equal(a, b);
#else
  return a == b;
#endif
}
