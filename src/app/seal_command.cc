#include <fmt/format.h>
#include <simdjson.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "app/admin_commands.h"
#include "app/passphrase.h"
#include "app/seal_commands.h"
#include "app/server_run.h"
#include "app/slot_admin.h"
#include "app/standard_output.h"
#include "crypto/init.h"

namespace kagimori::app {
namespace {

// A development deployment has one slot, which protects nothing.
Result<seal::Deployment> ProductionDeployment(const std::filesystem::path& data) {
  auto deployment = seal::LoadDeployment(data);
  if (!deployment && deployment.error().kind == ErrorKind::kNotFound) {
    return Fail(ErrorKind::kNotFound, data.string() + " is no data folder of Kagimori");
  }
  if (deployment && deployment->kind != seal::DeploymentKind::kProduction) {
    return Fail(ErrorKind::kInvalid, data.string() + " is a development server's; its root key lies beside its data");
  }
  return deployment;
}

Result<int64_t> NumberIn(const std::string& json, const char* member) {
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  int64_t number = 0;
  if (parser.parse(json).get_object().get(object) != simdjson::SUCCESS ||
      object[member].get_int64().get(number) != simdjson::SUCCESS) {
    return Fail(ErrorKind::kCorrupt, "the answer cannot be read");
  }
  return number;
}

// Runs a command whose first secret is the proof, with which the store is opened, too, where no server runs.
Result<AdminResult> RunProven(const SealOptions& options, const AdminCommand& command, AdminParameters parameters,
                              const seal::SlotSecret& proof, std::vector<secret::SecretBytes> more) {
  parameters.Add("proof", std::string(SlotKindName(proof.kind)));
  std::vector<secret::SecretBytes> secrets;
  secrets.push_back(proof.bytes.Clone());
  for (secret::SecretBytes& one : more) secrets.push_back(std::move(one));
  return Administer(options.target, command, parameters, std::move(secrets),
                    [&proof]() -> Result<seal::SlotSecret> { return proof.Clone(); });
}

Result<seal::SlotSecret> NewSecret(const SealAddOptions& options, const seal::Deployment& deployment) {
  if (options.kind == seal::SlotKind::kPassphrase) {
    KAGIMORI_ASSIGN_OR_RETURN(secret::SecretBytes passphrase,
                              ReadPassphrase(options.new_passphrase_file, /*is_new=*/true));
    return seal::SlotSecret::Passphrase(std::move(passphrase));
  }
  KAGIMORI_ASSIGN_OR_RETURN(const seal::RecoveryCode code, HandOutRecoveryCode(options.recovery, deployment.id));
  return seal::SlotSecret::Recovery(code);
}

Result<> CheckAdd(const SealAddOptions& options) {
  const RecoveryChoices& recovery = options.recovery;
  if (options.kind == seal::SlotKind::kRecoveryCode) {
    if (recovery.none || !options.new_passphrase_file.empty()) {
      return Fail(ErrorKind::kInvalid, "--no-recovery and --new-passphrase-file are not for a recovery code");
    }
    return CheckRecoveryChoices(recovery, options.seal.target.data);
  }
  if (recovery.none || recovery.shares || !recovery.out.empty()) {
    return Fail(ErrorKind::kInvalid, "the options of a recovery code are not for a passphrase");
  }
  return {};
}

}  // namespace

Result<> RunSealList(const SealListOptions& options) {
  KAGIMORI_RETURN_IF_ERROR(crypto::InitOpenSsl());
  auto asked = CallAdminSocket(options.data, kSealListCommand.name, {}, {}, std::chrono::seconds(10));
  std::string json;
  if (asked) {
    json = std::move(asked->json);
  } else {
    // No server, or a sealed one, which has no audit log to write into: what the files' names and heads say.
    KAGIMORI_RETURN_IF_ERROR(seal::LoadDeployment(options.data));
    KAGIMORI_ASSIGN_OR_RETURN(json, SlotListJson(options.data));
  }
  if (options.json) return Print(json + "\n");
  KAGIMORI_ASSIGN_OR_RETURN(const std::string text, DescribeSlotList(json));
  return Print(text);
}

Result<> RunSealAdd(const SealAddOptions& options) {
  KAGIMORI_RETURN_IF_ERROR(PrepareProcess(options.seal.process));
  KAGIMORI_ASSIGN_OR_RETURN(const seal::Deployment deployment, ProductionDeployment(options.seal.target.data));
  KAGIMORI_RETURN_IF_ERROR(CheckAdd(options));
  KAGIMORI_ASSIGN_OR_RETURN(const seal::SlotSecret proof, ReadSlotSecret(options.seal.unlock, deployment));
  KAGIMORI_ASSIGN_OR_RETURN(seal::SlotSecret added, NewSecret(options, deployment));
  AdminParameters parameters;
  parameters.Add("kind", std::string(SlotKindName(added.kind)));
  std::vector<secret::SecretBytes> more;
  more.push_back(std::move(added.bytes));
  auto done = RunProven(options.seal, kSealAddCommand, std::move(parameters), proof, std::move(more));
  if (!done) {
    if (options.kind == seal::SlotKind::kRecoveryCode) TakeBackRecoveryCode(options.recovery);
    return std::unexpected(std::move(done).error());
  }
  KAGIMORI_ASSIGN_OR_RETURN(const int64_t slot, NumberIn(done->json, "slot"));
  return Print(fmt::format("slot {} was added\n", slot));
}

Result<> RunSealRemove(const SealRemoveOptions& options) {
  KAGIMORI_RETURN_IF_ERROR(PrepareProcess(options.seal.process));
  KAGIMORI_ASSIGN_OR_RETURN(const seal::Deployment deployment, ProductionDeployment(options.seal.target.data));
  KAGIMORI_ASSIGN_OR_RETURN(const seal::SlotSecret proof, ReadSlotSecret(options.seal.unlock, deployment));
  AdminParameters parameters;
  parameters.Add("slot", static_cast<int64_t>(options.slot));
  KAGIMORI_ASSIGN_OR_RETURN(const AdminResult done,
                            RunProven(options.seal, kSealRemoveCommand, std::move(parameters), proof, {}));
  KAGIMORI_ASSIGN_OR_RETURN(const int64_t proven, NumberIn(done.json, "proven"));
  return Print(fmt::format("slot {} was removed; slot {} opens\n", options.slot, proven));
}

Result<> RunSealTest(const SealTestOptions& options) {
  KAGIMORI_RETURN_IF_ERROR(PrepareProcess(options.seal.process));
  KAGIMORI_ASSIGN_OR_RETURN(const seal::Deployment deployment, ProductionDeployment(options.seal.target.data));
  KAGIMORI_ASSIGN_OR_RETURN(const seal::SlotSecret tested, ReadSlotSecret(options.seal.unlock, deployment));
  KAGIMORI_ASSIGN_OR_RETURN(const AdminResult done, RunProven(options.seal, kSealTestCommand, {}, tested, {}));
  KAGIMORI_ASSIGN_OR_RETURN(const int64_t slot, NumberIn(done.json, "slot"));
  return Print(fmt::format("it opens slot {}, which holds this store's root key\n", slot));
}

}  // namespace kagimori::app
