#ifndef KAGIMORI_APP_SEED_COMMANDS_H_
#define KAGIMORI_APP_SEED_COMMANDS_H_

#include <filesystem>
#include <string>
#include <vector>

#include "app/options.h"
#include "app/seal_commands.h"
#include "base/result.h"

namespace kagimori::app {

// Seeding and moving keys (docs/seeding.md). Both work with a server and without.

struct ApplyOptions {
  SealOptions seal;
  std::filesystem::path file;
  std::filesystem::path wrapping_key;  // empty: none
  bool dry_run = false;
};

struct ExportOptions {
  SealOptions seal;
  std::vector<std::string> keys;  // ARNs
  bool all = false;
  std::filesystem::path wrapping_key;
  std::filesystem::path out;
};

struct NewWrappingKeyOptions {
  ProcessOptions process;
  std::filesystem::path file;
};

Parsed<ApplyOptions> ParseApply(const Arguments& arguments);
Parsed<ExportOptions> ParseExport(const Arguments& arguments);
Parsed<NewWrappingKeyOptions> ParseNewWrappingKey(const Arguments& arguments);

// The exit code of a dry run that found differences.
inline constexpr int kExitDifferences = 4;

Result<int> RunApply(const ApplyOptions& options);
Result<> RunExport(const ExportOptions& options);
Result<> RunNewWrappingKey(const NewWrappingKeyOptions& options);

}  // namespace kagimori::app

#endif  // KAGIMORI_APP_SEED_COMMANDS_H_
