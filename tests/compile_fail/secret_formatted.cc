// expect: static assertion failed|static_assert|is not formattable|Cannot format|deleted function|explicitly marked
// deleted Nor by being formatted.
#include <fmt/format.h>

#include "secret/secret_bytes.h"

std::string Use(const kagimori::secret::SecretBytes& secret) {
#ifdef TWIN
  return fmt::format("{}", secret.size());
#else
  return fmt::format("{}", secret);
#endif
}
