#include <string>

#include "app/option_parser.h"
#include "app/seal_commands.h"

namespace kagimori::app {
namespace {

Result<seal::SlotKind> ParseKind(const std::string& text) {
  if (text == "passphrase") return seal::SlotKind::kPassphrase;
  if (text == "recovery-code") return seal::SlotKind::kRecoveryCode;
  return Fail(ErrorKind::kInvalid, "expected passphrase or recovery-code");
}

Result<int> ParseSlot(const std::string& text) {
  const bool digits = !text.empty() && text.size() <= 2 && text.find_first_not_of("0123456789") == std::string::npos;
  const int number = digits ? std::stoi(text) : 0;
  if (number >= 1 && number <= seal::kMaxSlotNumber) return number;
  return Fail(ErrorKind::kInvalid, "expected a slot's number, as `kagimori seal list` shows it");
}

}  // namespace

void AddSealOptions(OptionParser* parser, SealOptions* options) {
  parser->Path("data", &options->target.data, "Data folder")->required();
  parser->Path("audit-folder", &options->target.audit_folder,
               "Folder of the audit log, as given to serve; for when no server runs");
  AddUnlockOptions(parser, &options->unlock);
  AddProcessOptions(parser, &options->process);
}

Parsed<SealListOptions> ParseSealList(const Arguments& arguments) {
  Parsed<SealListOptions> parsed;
  SealListOptions& options = parsed.options.emplace();
  OptionParser parser("kagimori seal list", "Lists the slots that hold the root key.");
  parser.Path("data", &options.data, "Data folder")->required();
  parser.Flag("json", &options.json, "One JSON object");
  parser.Finish(arguments, &parsed);
  return parsed;
}

Parsed<SealAddOptions> ParseSealAdd(const Arguments& arguments) {
  Parsed<SealAddOptions> parsed;
  SealAddOptions& options = parsed.options.emplace();
  OptionParser parser("kagimori seal add", "Adds a slot: another way to the root key, proven by one that is there.");
  parser.Positional("KIND", "passphrase or recovery-code", &options.kind, ParseKind);
  parser.Path("new-passphrase-file", &options.new_passphrase_file,
              "File with the passphrase of the new slot (default: asked for)");
  AddRecoveryOptions(&parser, &options.recovery);
  AddSealOptions(&parser, &options.seal);
  parser.Finish(arguments, &parsed);
  return parsed;
}

Parsed<SealRemoveOptions> ParseSealRemove(const Arguments& arguments) {
  Parsed<SealRemoveOptions> parsed;
  SealRemoveOptions& options = parsed.options.emplace();
  OptionParser parser("kagimori seal remove", "Removes a slot, proven by the secret of another one, which stays.");
  parser.Positional("SLOT", "Its number", &options.slot, ParseSlot);
  AddSealOptions(&parser, &options.seal);
  parser.Finish(arguments, &parsed);
  return parsed;
}

Parsed<SealTestOptions> ParseSealTest(const Arguments& arguments) {
  Parsed<SealTestOptions> parsed;
  SealTestOptions& options = parsed.options.emplace();
  OptionParser parser("kagimori seal test", "Says which slot a passphrase or recovery code opens. Changes nothing.");
  AddSealOptions(&parser, &options.seal);
  parser.Finish(arguments, &parsed);
  return parsed;
}

Parsed<RootRotateOptions> ParseRootRotate(const Arguments& arguments) {
  Parsed<RootRotateOptions> parsed;
  RootRotateOptions& options = parsed.options.emplace();
  OptionParser parser("kagimori root rotate", "Makes a new root key, and every slot anew. The server must be stopped.");
  AddSealOptions(&parser, &options.seal);
  parser.app()
      .add_option("--other-passphrase-file", options.other_passphrase_files,
                  "File with the passphrase of another slot that stays; may be repeated")
      ->type_name("PATH");
  parser.app()
      .add_option("--drop", options.drop, "Number of a slot that goes; may be repeated")
      ->check(CLI::Range(1, seal::kMaxSlotNumber))
      ->type_name("SLOT");
  AddRecoveryOptions(&parser, &options.recovery);
  parser.Finish(arguments, &parsed);
  return parsed;
}

}  // namespace kagimori::app
