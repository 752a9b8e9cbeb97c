#ifndef KAGIMORI_APP_DECISION_COMMANDS_H_
#define KAGIMORI_APP_DECISION_COMMANDS_H_

#include <filesystem>
#include <string>
#include <vector>

#include "app/seal_commands.h"
#include "app/what_if.h"

namespace kagimori::app {

// Why a call was let in or refused, and whether one would be. `seal.unlock` serves where no server runs.

// The call as the options say it. Files are read by the command.
struct WhatIfOptions {
  WhatIf call;
  std::vector<std::string> entries;    // NAME=VALUE; of one name several are a list
  std::filesystem::path context_file;  // a JSON object; `entries` stand before it
  std::filesystem::path session_policy_file;
};

struct ExplainOptions {
  SealOptions seal;
  std::string id;  // of an audit event, or of a request; empty: the call that the options say
  WhatIfOptions call;
  bool json = false;
};

struct SimulateOptions {
  SealOptions seal;  // with `live`
  bool live = false;
  WhatIfOptions call;
  std::filesystem::path key_policy;
  std::vector<std::filesystem::path> identity_policies;
  std::filesystem::path boundary;
  bool json = false;
};

// `policy simulate`: the call is denied.
inline constexpr int kExitDenied = 3;

Parsed<ExplainOptions> ParseExplain(const Arguments& arguments);
Parsed<SimulateOptions> ParsePolicySimulate(const Arguments& arguments);

Result<> RunExplain(const ExplainOptions& options);
Result<int> RunPolicySimulate(const SimulateOptions& options);

// Reads the files, and the entries into `context`. kInvalid: one of them says nothing that can be read.
Result<WhatIf> ReadWhatIf(const WhatIfOptions& options);
// At most `most` bytes of text.
Result<std::string> ReadTextFile(const std::filesystem::path& file, size_t most);
// The decision on the live state, by the running server or here; its JSON. REQUIRES: PrepareProcess.
Result<std::string> DecideLive(const SealOptions& options, const WhatIf& call);

}  // namespace kagimori::app

#endif  // KAGIMORI_APP_DECISION_COMMANDS_H_
