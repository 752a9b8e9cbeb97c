#ifndef KAGIMORI_SEED_TOML_TEXT_H_
#define KAGIMORI_SEED_TOML_TEXT_H_

#include <toml++/toml.h>

#include <string_view>

#include "base/result.h"

namespace kagimori::seed {

// Hostile text as a table. Private to the reader. kInvalid: longer than kMaxFileBytes, no TOML, or tables that lie
// deeper in each other than a stack should hold.
Result<toml::table> ParseToml(std::string_view text);

}  // namespace kagimori::seed

#endif  // KAGIMORI_SEED_TOML_TEXT_H_
