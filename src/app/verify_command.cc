#include <cstdio>
#include <string>

#include "app/commands.h"
#include "app/data_folder.h"
#include "app/new_deployment.h"
#include "app/option_parser.h"
#include "app/server_run.h"
#include "app/slot_secret.h"
#include "app/store_check.h"
#include "seal/hierarchy.h"
#include "seal/slots.h"

namespace kagimori::app {

Parsed<VerifyOptions> ParseVerify(const Arguments& arguments) {
  Parsed<VerifyOptions> parsed;
  VerifyOptions& options = parsed.options.emplace();
  OptionParser parser("kagimori verify",
                      "Says whether a deployment that nobody serves is as it was left: store, ledger, audit log. Exit "
                      "code 1: it is not.");
  parser.Path("data", &options.check.data, "Data folder")->required();
  parser.Path("audit-folder", &options.check.audit_folder,
              "Folder of the audit log (default: audit in the data folder)");
  parser.Path("audit-anchor-file", &options.check.anchor_file, "File of outside anchors, as given to serve");
  parser.Flag("accept-damage", &options.check.accept_damage,
              "Take what the store holds for right from now on; recorded in the audit log");
  AddUnlockOptions(&parser, &options.unlock);
  AddProcessOptions(&parser, &options.process);
  if (!parser.Run(arguments, &parsed)) parsed.options.reset();
  return parsed;
}

Result<int> RunVerify(const VerifyOptions& options) {
  KAGIMORI_RETURN_IF_ERROR(PrepareProcess(options.process));
  KAGIMORI_ASSIGN_OR_RETURN(const DataFolder folder, DataFolder::Open(options.check.data));
  KAGIMORI_ASSIGN_OR_RETURN(const seal::Deployment deployment, LoadDeployment(folder));
  KAGIMORI_ASSIGN_OR_RETURN(const seal::SlotSecret secret, ReadSlotSecret(options.unlock, deployment));
  auto source = [&](const seal::RootKeyCheck& check) -> Result<secret::SecretKey256> {
    KAGIMORI_ASSIGN_OR_RETURN(seal::OpenedSlot slot, seal::OpenAnySlot(folder.path(), deployment, secret, check));
    return std::move(slot.root_key);
  };
  KAGIMORI_ASSIGN_OR_RETURN(const StoreCheck check, CheckStore(options.check, deployment, source));

  std::string text = check.summary;
  for (const std::string& finding : check.findings) text += "DAMAGED: " + finding + "\n";
  if (check.finding_count > check.findings.size()) {
    text += "and " + std::to_string(check.finding_count - check.findings.size()) + " more\n";
  }
  text += check.finding_count == 0 ? "whole\n" : check.accepted ? "the damage was accepted\n" : "NOT WHOLE\n";
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) {
    return Fail(ErrorKind::kIo, "standard output cannot be written to");
  }
  return check.finding_count == 0 || check.accepted ? 0 : 1;
}

}  // namespace kagimori::app
