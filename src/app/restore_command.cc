#include <fmt/format.h>

#include <cstdio>
#include <optional>
#include <string>
#include <utility>

#include "app/backup_commands.h"
#include "app/backup_text.h"
#include "app/data_folder.h"
#include "app/inventory.h"
#include "app/new_deployment.h"
#include "app/open_backup.h"
#include "app/option_parser.h"
#include "app/output_file.h"
#include "app/passphrase.h"
#include "app/restore.h"
#include "app/server_run.h"
#include "base/clock.h"
#include "crypto/init.h"
#include "seal/slots.h"
#include "store/rocksdb/rocksdb_store.h"

namespace kagimori::app {
namespace {

namespace fs = std::filesystem;

void AddBackupUnlockOptions(OptionParser* parser, UnlockChoices* choices) {
  auto* passphrase =
      parser->Path("backup-passphrase-file", &choices->passphrase_file, "File with the passphrase of the backup");
  auto* file = parser->Path("backup-code-file", &choices->recovery_code_file, "File with the backup's recovery code");
  auto* ask = parser->Flag("ask-backup-code", &choices->ask_recovery_code,
                           "Ask for the backup's recovery code on the terminal");
  file->excludes(passphrase)->excludes(ask);
  ask->excludes(passphrase);
}

Result<Inventory> TakeInventory(OpenedBackup* backup) {
  Inventory inventory;
  KAGIMORI_RETURN_IF_ERROR(
      backup->ReadAll([&](const store::Record& record) { return inventory.Take(*backup->hierarchy, record); }));
  return inventory;
}

// Of a store that nobody serves.
Result<Inventory> TakeInventory(store::Store* store, const seal::KeyHierarchy& hierarchy) {
  Inventory inventory;
  KAGIMORI_ASSIGN_OR_RETURN(const auto snapshot, store->TakeSnapshot());
  store::RangeRequest request;
  while (true) {
    KAGIMORI_ASSIGN_OR_RETURN(const store::RangeResult page, snapshot->Range(request));
    for (const store::Record& record : page.records) KAGIMORI_RETURN_IF_ERROR(inventory.Take(hierarchy, record));
    if (!page.more) return inventory;
    request.begin = page.records.back().key + '\0';
  }
}

Result<Inventory> TakeInventoryOf(const fs::path& data, const UnlockChoices& unlock, const seal::BackupHeader& header) {
  KAGIMORI_ASSIGN_OR_RETURN(const DataFolder folder, DataFolder::Open(data));
  KAGIMORI_ASSIGN_OR_RETURN(const seal::Deployment deployment, LoadDeployment(folder));
  if (deployment.id != header.deployment.id) {
    return Fail(ErrorKind::kInvalid, folder.path().string() + " is another deployment than the backup's");
  }
  KAGIMORI_ASSIGN_OR_RETURN(const seal::SlotSecret secret, ReadSlotSecret(unlock, deployment));
  KAGIMORI_ASSIGN_OR_RETURN(const auto store, store::RocksDbStore::Open({.folder = folder.path() / "store"}));
  std::unique_ptr<seal::KeyHierarchy> hierarchy;
  auto check = [&](const secret::SecretKey256& root_key) -> Result<> {
    KAGIMORI_ASSIGN_OR_RETURN(hierarchy, seal::KeyHierarchy::Load(root_key.Clone(), store.get(), deployment));
    return {};
  };
  auto opened = seal::OpenAnySlot(folder.path(), deployment, secret, check);
  Result<Inventory> inventory =
      opened ? TakeInventory(store.get(), *hierarchy) : Result<Inventory>(std::unexpected(opened.error()));
  store->Close();
  return inventory;
}

Result<> ShowWhatWouldReturn(const RestoreOptions& options) {
  KAGIMORI_ASSIGN_OR_RETURN(OpenedBackup backup, OpenBackup(options.from, options.backup_unlock));
  KAGIMORI_ASSIGN_OR_RETURN(const Inventory inventory, TakeInventory(&backup));
  std::string text =
      DescribeHeader(backup.header()) + "Would return:\n" + DescribeInventory(inventory, SystemClock().Wall());
  if (!options.compare.empty()) {
    KAGIMORI_ASSIGN_OR_RETURN(const Inventory present,
                              TakeInventoryOf(options.compare, options.compare_unlock, backup.header()));
    text += "Against " + options.compare.string() + ":\n" + DescribeDifference(inventory, present);
  }
  return PrintText(text);
}

// As `kagimori init` makes them: the recovery code first, so that nothing is to be made anew while it is asked back.
Result<> AddSlots(const RestoreOptions& options, const fs::path& data, const secret::SecretBytes& passphrase,
                  const seal::Deployment& deployment, const secret::SecretKey256& root_key, bool* handed_out) {
  const Timestamp now = SystemClock().Wall();
  if (deployment.kind == seal::DeploymentKind::kDevelopment) {
    KAGIMORI_RETURN_IF_ERROR(seal::AddDevelopmentSlot(data, deployment, root_key, now));
    return {};
  }
  std::optional<seal::RecoveryCode> code;
  if (!options.recovery.none) {
    KAGIMORI_ASSIGN_OR_RETURN(code, HandOutRecoveryCode(options.recovery, deployment.id));
    *handed_out = true;
  }
  KAGIMORI_RETURN_IF_ERROR(
      seal::AddPassphraseSlot(data, deployment, passphrase, crypto::Argon2Parameters(), root_key, now));
  if (code) {
    KAGIMORI_RETURN_IF_ERROR(seal::AddSlot(data, deployment, seal::SlotSecret::Recovery(*code), root_key, now));
  }
  return {};
}

}  // namespace

Parsed<BackupVerifyOptions> ParseBackupVerify(const Arguments& arguments) {
  Parsed<BackupVerifyOptions> parsed;
  BackupVerifyOptions& options = parsed.options.emplace();
  OptionParser parser("kagimori backup verify",
                      "Says whether a backup is whole, opens, and whether every record in it does.");
  auto path = [](const std::string& text) -> Result<fs::path> { return fs::path(text); };
  parser.Positional("FILE", "The backup", &options.file, path);
  AddBackupUnlockOptions(&parser, &options.backup_unlock);
  parser.Flag("without-key", &options.without_key,
              "Look for damage only; says nothing about who wrote the file or what is in it");
  AddProcessOptions(&parser, &options.process);
  if (!parser.Run(arguments, &parsed)) parsed.options.reset();
  return parsed;
}

Result<> RunBackupVerify(const BackupVerifyOptions& options) {
  KAGIMORI_RETURN_IF_ERROR(PrepareProcess(options.process));
  if (options.without_key) {
    KAGIMORI_ASSIGN_OR_RETURN(const seal::BackupSource source, ReadFileFrom(options.file));
    seal::BackupHeader header;
    KAGIMORI_ASSIGN_OR_RETURN(const seal::BackupTotals totals, seal::CheckBackupFile(source, &header));
    return PrintText(DescribeHeader(header) +
                     fmt::format("SHA-256:      {}\nundamaged (not opened)\n", HexEncode(totals.file_hash)));
  }
  KAGIMORI_ASSIGN_OR_RETURN(OpenedBackup backup, OpenBackup(options.file, options.backup_unlock));
  KAGIMORI_ASSIGN_OR_RETURN(const Inventory inventory, TakeInventory(&backup));
  const seal::BackupTotals& totals = backup.reader->totals();
  return PrintText(DescribeHeader(backup.header()) +
                   fmt::format("SHA-256:      {}\nwhole: {} records, {} accounts, {} keys; every record opens\n",
                               HexEncode(totals.file_hash), totals.records, inventory.accounts.size(),
                               inventory.keys.size()));
}

Parsed<RestoreOptions> ParseRestore(const Arguments& arguments) {
  Parsed<RestoreOptions> parsed;
  RestoreOptions& options = parsed.options.emplace();
  OptionParser parser("kagimori restore", "Fills a new data folder with what a backup holds.");
  parser.Path("from", &options.from, "The backup")->required();
  auto* data = parser.Path("data", &options.data, "New data folder");
  auto* dry_run = parser.Flag("dry-run", &options.dry_run, "Only list what would return");
  parser.Path("compare", &options.compare, "With --dry-run: a data folder that nobody serves, to compare with")
      ->needs(dry_run);
  parser.Path("compare-passphrase-file", &options.compare_unlock.passphrase_file,
              "File with the passphrase of that folder");
  parser.Path("compare-code-file", &options.compare_unlock.recovery_code_file,
              "File with a recovery code of that folder");
  AddBackupUnlockOptions(&parser, &options.backup_unlock);
  parser.Path("passphrase-file", &options.passphrase_file,
              "File with the passphrase for the new root key (default: asked for)");
  AddRecoveryOptions(&parser, &options.recovery);
  parser.Path("audit-folder", &options.audit_folder,
              "New folder for the audit log, as given to serve (default: audit in the data folder)");
  AddProcessOptions(&parser, &options.process);
  dry_run->excludes(data);
  if (!parser.Run(arguments, &parsed)) {
    parsed.options.reset();
  } else if (!options.dry_run && options.data.empty()) {
    parsed = {.options = std::nullopt, .exit_code = 2, .text = "restore needs --data or --dry-run"};
  }
  return parsed;
}

Result<> RunRestore(const RestoreOptions& options) {
  KAGIMORI_RETURN_IF_ERROR(PrepareProcess(options.process));
  if (options.dry_run) return ShowWhatWouldReturn(options);
  KAGIMORI_ASSIGN_OR_RETURN(OpenedBackup backup, OpenBackup(options.from, options.backup_unlock));
  const bool production = backup.header().deployment.kind == seal::DeploymentKind::kProduction;
  if (production) KAGIMORI_RETURN_IF_ERROR(CheckRecoveryChoices(options.recovery, options.data));
  KAGIMORI_ASSIGN_OR_RETURN(DataFolder folder, DataFolder::OpenOrCreate(options.data));
  secret::SecretBytes passphrase;
  if (production) {
    KAGIMORI_ASSIGN_OR_RETURN(passphrase, ReadPassphrase(options.passphrase_file, /*is_new=*/true));
  }
  bool handed_out = false;
  Restoring wanted{.audit_folder = options.audit_folder,
                   .add_slots = [&](const seal::Deployment& deployment, const secret::SecretKey256& root_key) {
                     return AddSlots(options, folder.path(), passphrase, deployment, root_key, &handed_out);
                   }};
  auto restored = RestoreBackup(&backup, &folder, wanted);
  if (!restored) {
    if (handed_out) TakeBackRecoveryCode(options.recovery);
    return std::unexpected(restored.error());
  }
  return PrintText(DescribeHeader(backup.header()) +
                   fmt::format("Restored:     {} records into {}, epoch {}\nAudit key:    {}\n", restored->records,
                               folder.path().string(), restored->epoch, restored->audit_key.string()));
}

}  // namespace kagimori::app
