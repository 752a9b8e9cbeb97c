#ifndef KAGIMORI_APP_RESTORE_H_
#define KAGIMORI_APP_RESTORE_H_

#include <filesystem>
#include <functional>
#include <string>

#include "app/data_folder.h"
#include "app/open_backup.h"
#include "base/result.h"
#include "seal/deployment.h"
#include "secret/secret_bytes.h"

namespace kagimori::app {

// Fills an empty folder with what a backup holds, all of it or nothing:
//
//   the store exactly as it was at the backup's revision, its ledger and every record checked · a new root key in new
//   slots · the next epoch, so that what was given out in the old one (sessions) is worth nothing · a new audit log
//   whose first record is the restore and names the backup's place in the log before
struct Restoring {
  std::filesystem::path audit_folder;  // empty: <data>/audit
  // Makes the slots of the new root key.
  std::function<Result<>(const seal::Deployment&, const secret::SecretKey256& root_key)> add_slots;
};
struct Restored {
  uint64_t records = 0;
  uint64_t epoch = 0;
  std::filesystem::path audit_key;  // the audit log's public key, which is the same as before
};
// kConflict: the folder, or the audit folder, is not empty. kCorrupt: the backup is not whole, or its store was not as
// its own ledger says. Blocking; reads and writes everything.
Result<Restored> RestoreBackup(OpenedBackup* backup, DataFolder* folder, const Restoring& wanted);

}  // namespace kagimori::app

#endif  // KAGIMORI_APP_RESTORE_H_
