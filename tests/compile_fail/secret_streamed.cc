// expect: no match for .operator<<.|invalid operands to binary expression
// A secret does not end in a log by being printed.
#include <sstream>

#include "secret/secret_bytes.h"

void Use(std::ostringstream& out, const kagimori::secret::SecretBytes& secret) {
#ifdef TWIN
  out << secret.size();
#else
  out << secret;
#endif
}
