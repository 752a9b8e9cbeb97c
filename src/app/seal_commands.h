#ifndef KAGIMORI_APP_SEAL_COMMANDS_H_
#define KAGIMORI_APP_SEAL_COMMANDS_H_

#include <filesystem>
#include <vector>

#include "app/administer.h"
#include "app/new_recovery.h"
#include "app/options.h"
#include "app/slot_secret.h"
#include "base/result.h"

namespace kagimori::app {

class OptionParser;

// The commands that look after the ways into a deployment. All but `root rotate` work with a server and without.

struct SealOptions {  // what each of them takes
  ProcessOptions process;
  AdminTarget target;
  UnlockChoices unlock;  // the proof, also where a server runs
};

struct SealListOptions {
  std::filesystem::path data;
  bool json = false;
};

struct SealAddOptions {
  SealOptions seal;
  seal::SlotKind kind = seal::SlotKind::kPassphrase;
  std::filesystem::path new_passphrase_file;
  RecoveryChoices recovery;
};

struct SealRemoveOptions {
  SealOptions seal;
  int slot = 0;
};

struct SealTestOptions {
  SealOptions seal;
};

struct RootRotateOptions {
  SealOptions seal;
  std::vector<std::filesystem::path> other_passphrase_files;
  std::vector<int> drop;
  RecoveryChoices recovery;
};

// The options of a command that works on a data folder, with a server or without.
void AddSealOptions(OptionParser* parser, SealOptions* options);

Parsed<SealListOptions> ParseSealList(const Arguments& arguments);
Parsed<SealAddOptions> ParseSealAdd(const Arguments& arguments);
Parsed<SealRemoveOptions> ParseSealRemove(const Arguments& arguments);
Parsed<SealTestOptions> ParseSealTest(const Arguments& arguments);
Parsed<RootRotateOptions> ParseRootRotate(const Arguments& arguments);

Result<> RunSealList(const SealListOptions& options);
Result<> RunSealAdd(const SealAddOptions& options);
Result<> RunSealRemove(const SealRemoveOptions& options);
Result<> RunSealTest(const SealTestOptions& options);
Result<> RunRootRotate(const RootRotateOptions& options);

}  // namespace kagimori::app

#endif  // KAGIMORI_APP_SEAL_COMMANDS_H_
