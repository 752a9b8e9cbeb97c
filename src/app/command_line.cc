#include "app/command_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include "app/account_commands.h"
#include "app/backup_commands.h"
#include "app/commands.h"
#include "app/decision_commands.h"
#include "app/fault_commands.h"
#include "app/options.h"
#include "app/seal_commands.h"
#include "app/sealing_commands.h"
#include "app/seed_commands.h"
#include "app/term_commands.h"

namespace kagimori::app {
namespace {

using Words = std::vector<std::string>;

// One line whatever the text holds: file names and arguments are not ours.
void Complain(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  }
  fmt::print(stderr, "kagimori: {}\n", text);
}

int ExitCode(const Result<>& result) {
  if (result) return kExitOk;
  Complain(result.error().text);
  return kExitFailure;
}

int ExitCode(const Result<int>& result) {
  if (result) return *result;
  Complain(result.error().text);
  return kExitFailure;
}

template <auto Parse, auto Run>
int ParseAndRun(const Arguments& arguments) {
  const auto parsed = Parse(arguments);
  if (parsed.options) return ExitCode(Run(*parsed.options));
  if (parsed.exit_code != 0) {
    Complain(parsed.text);
    return kExitUsage;
  }
  fmt::print("{}", parsed.text);
  return kExitOk;
}

struct Command {
  std::string_view words;
  std::string_view help;
  int (*run)(const Arguments&);
};

// A command whose words begin with those of another comes before it.
constexpr auto kCommands = std::to_array<Command>({
    {"dev clock advance", "move the clock of a development server", ParseAndRun<ParseClockAdvance, RunClockAdvance>},
    {"dev fault throttle", "make a development server throttle", ParseAndRun<ParseFaultThrottle, RunFaultAdd>},
    {"dev fault fail", "make it answer with an error", ParseAndRun<ParseFaultFail, RunFaultAdd>},
    {"dev fault delay", "make it wait", ParseAndRun<ParseFaultDelay, RunFaultAdd>},
    {"dev fault list", "what it does wrong on purpose", ParseAndRun<ParseFaultList, RunFaultList>},
    {"dev fault clear", "end that", ParseAndRun<ParseFaultClear, RunFaultClear>},
    {"dev", "a development server: one command, nothing to set up", ParseAndRun<ParseDev, RunDev>},
    {"init", "make a deployment", ParseAndRun<ParseInit, RunInit>},
    {"serve", "serve a deployment", ParseAndRun<ParseServe, RunServe>},
    {"status", "how a running server is", ParseAndRun<ParseStatus, RunStatus>},
    {"verify", "whether a deployment at rest is whole", ParseAndRun<ParseVerify, RunVerify>},
    {"seal rotate-term", "begin a new term and seal everything anew", ParseAndRun<ParseRotateTerm, RunRotateTerm>},
    {"seal list", "the slots that hold the root key", ParseAndRun<ParseSealList, RunSealList>},
    {"seal add", "add a passphrase or a recovery code", ParseAndRun<ParseSealAdd, RunSealAdd>},
    {"seal remove", "remove a slot", ParseAndRun<ParseSealRemove, RunSealRemove>},
    {"seal test", "which slot a passphrase or recovery code opens", ParseAndRun<ParseSealTest, RunSealTest>},
    {"seal", "make a running server drop its keys", ParseAndRun<ParseSealNow, RunSealNow>},
    {"unseal", "give a sealed server its root key", ParseAndRun<ParseUnseal, RunUnseal>},
    {"root rotate", "replace the root key (the server is stopped)", ParseAndRun<ParseRootRotate, RunRootRotate>},
    {"account create", "one more account", ParseAndRun<ParseAccountCreate, RunAccountCreate>},
    {"account list", "the accounts of a deployment", ParseAndRun<ParseAccountList, RunAccountList>},
    {"account reset-root-key", "a new access key for an account", ParseAndRun<ParseResetRootKey, RunResetRootKey>},
    {"backup verify", "whether a backup is whole", ParseAndRun<ParseBackupVerify, RunBackupVerify>},
    {"backup", "copy a deployment into a sealed file", ParseAndRun<ParseBackup, RunBackup>},
    {"restore", "fill a new data folder from a backup", ParseAndRun<ParseRestore, RunRestore>},
    {"apply", "make keys be as a file says", ParseAndRun<ParseApply, RunApply>},
    {"export", "write keys, sealed, into a file for another deployment", ParseAndRun<ParseExport, RunExport>},
    {"wrapping-key new", "make a key to move keys under", ParseAndRun<ParseNewWrappingKey, RunNewWrappingKey>},
    {"explain", "why a request was let in or refused", ParseAndRun<ParseExplain, RunExplain>},
    {"policy simulate", "decide a call by policies in files, or by those of a deployment",
     ParseAndRun<ParsePolicySimulate, RunPolicySimulate>},
    {"audit verify", "whether an audit log is whole", ParseAndRun<ParseAuditVerify, RunAuditVerify>},
});

Words Split(std::string_view text) {
  Words words;
  while (!text.empty()) {
    const size_t end = std::min(text.find(' '), text.size());
    words.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

std::string Help() {
  std::string text =
      "A key management service that speaks the AWS KMS protocol.\nUsage: kagimori COMMAND [OPTION...]\n\n";
  for (const Command& command : kCommands)
    fmt::format_to(std::back_inserter(text), "  {:<24}{}\n", command.words, command.help);
  return text + "\n`kagimori COMMAND --help` lists a command's options. `kagimori --version` prints the version.\n";
}

int Dispatch(const Words& arguments) {
  if (arguments.empty() || arguments[0] == "--help" || arguments[0] == "-h" || arguments[0] == "help") {
    fmt::print(arguments.empty() ? stderr : stdout, "{}", Help());
    return arguments.empty() ? kExitUsage : kExitOk;
  }
  if (arguments[0] == "--version") {
    fmt::print("kagimori {}\n", KAGIMORI_VERSION);
    return kExitOk;
  }
  for (const Command& command : kCommands) {
    const Words words = Split(command.words);
    if (arguments.size() < words.size() || !std::equal(words.begin(), words.end(), arguments.begin())) continue;
    return command.run(Arguments(arguments.begin() + static_cast<std::ptrdiff_t>(words.size()), arguments.end()));
  }
  Complain("there is no command '" + arguments[0] + "'; `kagimori --help` lists them");
  return kExitUsage;
}

}  // namespace

int RunCommandLine(int argc, const char* const* argv) {
  try {
    return Dispatch(Words(argv + std::min(argc, 1), argv + argc));
  } catch (const std::exception& bug) {
    Complain(std::string("internal error: ") + bug.what());
    return kExitFailure;
  }
}

}  // namespace kagimori::app
