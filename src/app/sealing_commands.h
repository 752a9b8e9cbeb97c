#ifndef KAGIMORI_APP_SEALING_COMMANDS_H_
#define KAGIMORI_APP_SEALING_COMMANDS_H_

#include <filesystem>

#include "app/options.h"
#include "app/slot_secret.h"
#include "base/result.h"

namespace kagimori::app {

// The commands that drop a running server's keys and give them back.

struct UnsealOptions {
  ProcessOptions process;
  std::filesystem::path data;
  UnlockChoices unlock;
};

struct SealNowOptions {
  std::filesystem::path data;
};

Parsed<UnsealOptions> ParseUnseal(const Arguments& arguments);
Parsed<SealNowOptions> ParseSealNow(const Arguments& arguments);

Result<> RunUnseal(const UnsealOptions& options);
Result<> RunSealNow(const SealNowOptions& options);

}  // namespace kagimori::app

#endif  // KAGIMORI_APP_SEALING_COMMANDS_H_
