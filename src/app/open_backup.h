#ifndef KAGIMORI_APP_OPEN_BACKUP_H_
#define KAGIMORI_APP_OPEN_BACKUP_H_

#include <filesystem>
#include <functional>
#include <memory>

#include "app/slot_secret.h"
#include "base/result.h"
#include "seal/backup_reader.h"
#include "seal/hierarchy.h"
#include "secret/secret_bytes.h"

namespace kagimori::app {

// A backup's file, opened with its own code or passphrase. None of it may be used before ReadAll has come to the end.
struct OpenedBackup {
  std::unique_ptr<seal::BackupReader> reader;
  secret::SecretKey256 key;  // the backup's
  Bytes deployment_record;   // under `key`
  std::unique_ptr<seal::KeyHierarchy> hierarchy;

  const seal::BackupHeader& header() const { return reader->header(); }
  // Once. kCorrupt, kAuthentication: see BackupReader; or what `take` says.
  Result<> ReadAll(const std::function<Result<>(const store::Record&)>& take);
};
Result<OpenedBackup> OpenBackup(const std::filesystem::path& file, const UnlockChoices& choices);

}  // namespace kagimori::app

#endif  // KAGIMORI_APP_OPEN_BACKUP_H_
