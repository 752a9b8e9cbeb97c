#ifndef KAGIMORI_APP_BACKUP_COMMANDS_H_
#define KAGIMORI_APP_BACKUP_COMMANDS_H_

#include <cstdint>
#include <filesystem>
#include <optional>

#include "app/new_recovery.h"
#include "app/options.h"
#include "app/slot_secret.h"
#include "base/result.h"

namespace kagimori::app {

// `kagimori backup`, `backup verify`, `restore`; docs/operations/backup.md. The names of options: what begins with
// `backup-` is about the backup's own key, the rest about a deployment's.

struct BackupOptions {
  ProcessOptions process;
  std::filesystem::path data;
  std::filesystem::path out;  // a new file
  std::filesystem::path backup_passphrase_file;
  RecoveryChoices backup_recovery;  // the backup's recovery code
  uint64_t rate_mib = 0;            // a second; 0: as fast as it goes
  UnlockChoices unlock;             // when no server runs
  std::filesystem::path audit_folder;
};
Parsed<BackupOptions> ParseBackup(const Arguments& arguments);
Result<> RunBackup(const BackupOptions& options);

struct BackupVerifyOptions {
  ProcessOptions process;
  std::filesystem::path file;
  UnlockChoices backup_unlock;
  bool without_key = false;
};
Parsed<BackupVerifyOptions> ParseBackupVerify(const Arguments& arguments);
Result<> RunBackupVerify(const BackupVerifyOptions& options);

struct RestoreOptions {
  ProcessOptions process;
  std::filesystem::path from;
  std::filesystem::path data;  // empty with dry_run
  UnlockChoices backup_unlock;
  bool dry_run = false;
  std::filesystem::path compare;  // a data folder; empty: none
  UnlockChoices compare_unlock;
  std::filesystem::path passphrase_file;  // of the new root key
  RecoveryChoices recovery;               // of the new root key
  std::filesystem::path audit_folder;     // empty: <data>/audit
};
Parsed<RestoreOptions> ParseRestore(const Arguments& arguments);
Result<> RunRestore(const RestoreOptions& options);

}  // namespace kagimori::app

#endif  // KAGIMORI_APP_BACKUP_COMMANDS_H_
