#ifndef KAGIMORI_APP_TERM_COMMANDS_H_
#define KAGIMORI_APP_TERM_COMMANDS_H_

#include <filesystem>

#include "app/options.h"
#include "base/result.h"

namespace kagimori::app {

struct RotateTermOptions {
  std::filesystem::path data;
};

Parsed<RotateTermOptions> ParseRotateTerm(const Arguments& arguments);

// Asks the running server for a new term; the old one's way to its end is seen with `kagimori status`.
Result<> RunRotateTerm(const RotateTermOptions& options);

}  // namespace kagimori::app

#endif  // KAGIMORI_APP_TERM_COMMANDS_H_
