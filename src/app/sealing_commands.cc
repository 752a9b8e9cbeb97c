#include "app/sealing_commands.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "app/admin_socket.h"
#include "app/option_parser.h"
#include "app/server_run.h"
#include "app/slot_admin.h"
#include "seal/deployment.h"

namespace kagimori::app {
namespace {

// Argon2id for every slot that might be meant, and opening the store and the audit log.
constexpr std::chrono::minutes kUnsealTimeout{10};
// The requests' grace, and an administration command that is slow to stop.
constexpr std::chrono::minutes kSealTimeout{5};

}  // namespace

Parsed<UnsealOptions> ParseUnseal(const Arguments& arguments) {
  Parsed<UnsealOptions> parsed;
  UnsealOptions& options = parsed.options.emplace();
  OptionParser parser("kagimori unseal", "Gives a sealed server its root key, with a passphrase or a recovery code.");
  parser.Path("data", &options.data, "Data folder")->required();
  AddUnlockOptions(&parser, &options.unlock);
  AddProcessOptions(&parser, &options.process);
  if (!parser.Run(arguments, &parsed)) parsed.options.reset();
  return parsed;
}

Parsed<SealNowOptions> ParseSealNow(const Arguments& arguments) {
  Parsed<SealNowOptions> parsed;
  SealNowOptions& options = parsed.options.emplace();
  OptionParser parser(
      "kagimori seal",
      "Makes the running server drop every key from memory and refuse requests until `kagimori unseal`.");
  parser.Path("data", &options.data, "Data folder")->required();
  if (!parser.Run(arguments, &parsed)) parsed.options.reset();
  return parsed;
}

Result<> RunUnseal(const UnsealOptions& options) {
  KAGIMORI_RETURN_IF_ERROR(PrepareProcess(options.process));
  // The public file beside the store, not the locked folder: the server has that.
  KAGIMORI_ASSIGN_OR_RETURN(const seal::Deployment deployment, seal::LoadDeployment(options.data));
  if (deployment.kind != seal::DeploymentKind::kProduction) {
    return Fail(ErrorKind::kInvalid, options.data.string() + " is a development server's, which is never sealed");
  }
  KAGIMORI_ASSIGN_OR_RETURN(seal::SlotSecret secret, ReadSlotSecret(options.unlock, deployment));
  AdminParameters parameters;
  parameters.Add("kind", std::string(SlotKindName(secret.kind)));
  std::vector<secret::SecretBytes> secrets;
  secrets.push_back(std::move(secret.bytes));
  auto unsealed = CallAdminSocket(options.data, "unseal", parameters, secrets, kUnsealTimeout);
  if (!unsealed) return std::unexpected(unsealed.error());
  fmt::print(stderr, "unsealed\n");
  return {};
}

Result<> RunSealNow(const SealNowOptions& options) {
  KAGIMORI_ASSIGN_OR_RETURN(const AdminResult sealed, CallAdminSocket(options.data, "seal", {}, {}, kSealTimeout));
  fmt::print(stderr, "{}\n", sealed.json.find("true") != std::string::npos ? "sealed" : "was sealed already");
  return {};
}

}  // namespace kagimori::app
