#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <optional>
#include <system_error>

#include "app/audit_key.h"
#include "app/commands.h"
#include "app/new_deployment.h"
#include "app/new_recovery.h"
#include "app/passphrase.h"
#include "app/secret_printer.h"
#include "app/server_run.h"
#include "base/bytes.h"
#include "crypto/passphrase.h"
#include "identity/directory.h"
#include "seal/slots.h"

namespace kagimori::app {
namespace {

namespace fs = std::filesystem;

// An audit folder outside the data folder must be new too, since it is emptied when init fails.
Result<> CheckAuditFolder(const fs::path& folder) {
  std::error_code error;
  if (folder.empty() || !fs::exists(folder, error)) return {};
  if (!fs::is_empty(folder, error) || error) {
    return Fail(ErrorKind::kConflict, "the audit folder " + folder.string() + " is not empty");
  }
  return {};
}

void EmptyAuditFolder(const fs::path& folder) {
  std::error_code ignored;
  if (folder.empty()) return;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) fs::remove_all(entry.path(), ignored);
}

Result<> Populate(const seal::Deployment& deployment, AccountId account, const fs::path& key_file, Node* node) {
  KAGIMORI_RETURN_IF_ERROR(node->directory().CreateAccount(account, "main"));
  KAGIMORI_ASSIGN_OR_RETURN(const auto key, node->directory().CreateRootAccessKey(account));
  KAGIMORI_RETURN_IF_ERROR(WriteAuditPublicKey(key_file, node->AuditPublicKeyPem()));
  fmt::print("Deployment:        {}\nAccount:           {}\nAudit public key:  {}\nAccess key id:     {}\n",
             FormatUuid(deployment.id), account.ToString(), key_file.string(), key.access_key_id);
  Result<> shown;
  if (std::fflush(stdout) != 0) shown = Fail(ErrorKind::kIo, "standard output cannot be written to");
  if (shown) shown = SecretPrinter::PrintLine(STDOUT_FILENO, "Secret access key: ", key.secret_access_key);
  if (!shown) unlink(key_file.c_str());
  return shown;
}

// The recovery code first: while it is asked back, nothing is made that one would have to begin anew.
Result<> AddSlots(const fs::path& folder, const seal::Deployment& deployment, const secret::SecretBytes& passphrase,
                  const RecoveryChoices& recovery, const secret::SecretKey256& root_key, Timestamp now,
                  bool* handed_out) {
  std::optional<seal::RecoveryCode> code;
  if (!recovery.none) {
    KAGIMORI_ASSIGN_OR_RETURN(code, HandOutRecoveryCode(recovery, deployment.id));
    *handed_out = true;
  }
  KAGIMORI_RETURN_IF_ERROR(
      seal::AddPassphraseSlot(folder, deployment, passphrase, crypto::Argon2Parameters(), root_key, now));
  if (code)
    KAGIMORI_RETURN_IF_ERROR(seal::AddSlot(folder, deployment, seal::SlotSecret::Recovery(*code), root_key, now));
  return {};
}

}  // namespace

Result<> RunInit(const InitOptions& options) {
  KAGIMORI_RETURN_IF_ERROR(PrepareProcess(options.process));
  KAGIMORI_RETURN_IF_ERROR(CheckRecoveryChoices(options.recovery, options.data));
  KAGIMORI_ASSIGN_OR_RETURN(DataFolder folder, DataFolder::OpenOrCreate(options.data));
  KAGIMORI_ASSIGN_OR_RETURN(const bool empty, folder.IsEmpty());
  if (!empty && !folder.IsUnfinished()) {
    return Fail(ErrorKind::kConflict, "the folder " + folder.path().string() + " is not empty");
  }
  KAGIMORI_RETURN_IF_ERROR(CheckAuditFolder(options.audit_folder));
  const AccountId account = options.account ? *options.account : identity::RandomAccountId();
  const fs::path key_file =
      options.audit_key_out.empty() ? folder.path() / "audit-public-key.pem" : options.audit_key_out;
  KAGIMORI_ASSIGN_OR_RETURN(const secret::SecretBytes passphrase,
                            ReadPassphrase(options.passphrase_file, /*is_new=*/true));

  bool handed_out = false;
  NewDeployment wanted;
  wanted.kind = seal::DeploymentKind::kProduction;
  wanted.options.data = folder.path();
  wanted.options.audit_folder = options.audit_folder;
  wanted.add_slot = [&](const seal::Deployment& deployment, const secret::SecretKey256& root_key,
                        Timestamp now) -> Result<> {
    return AddSlots(folder.path(), deployment, passphrase, options.recovery, root_key, now, &handed_out);
  };
  wanted.populate = [&](const seal::Deployment& deployment, Node* node) {
    return Populate(deployment, account, key_file, node);
  };
  auto made = MakeDeployment(&folder, wanted);
  if (!made) EmptyAuditFolder(options.audit_folder);
  if (!made && handed_out) TakeBackRecoveryCode(options.recovery);
  if (made) fmt::print(stderr, "The secret access key is not shown again.\n");
  if (made && options.recovery.none) {
    fmt::print(stderr, "WARNING: there is no recovery code. Whoever loses the passphrase loses every key for ever.\n");
  }
  return made;
}

}  // namespace kagimori::app
