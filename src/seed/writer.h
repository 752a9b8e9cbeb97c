#ifndef KAGIMORI_SEED_WRITER_H_
#define KAGIMORI_SEED_WRITER_H_

#include <string>
#include <string_view>

#include "seal/wrapping_key.h"
#include "seed/declaration.h"

namespace kagimori::seed {

// The text that Read makes the same of again.

// What a file begins with.
std::string WriteHead(const seal::WrappingKeyId& wrapping_key);
// One [[key]]. REQUIRES: no material in clear.
std::string WriteKey(const DeclaredKey& key);
// A line that nobody reads back.
std::string WriteComment(std::string_view text);

}  // namespace kagimori::seed

#endif  // KAGIMORI_SEED_WRITER_H_
