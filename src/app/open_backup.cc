#include "app/open_backup.h"

#include <utility>
#include <vector>

#include "app/output_file.h"
#include "seal/backup_slots.h"

namespace kagimori::app {
namespace {

Result<OpenedBackup> Open(const std::filesystem::path& file, const UnlockChoices& choices) {
  KAGIMORI_ASSIGN_OR_RETURN(seal::BackupSource source, ReadFileFrom(file));
  OpenedBackup backup;
  KAGIMORI_ASSIGN_OR_RETURN(backup.reader, seal::BackupReader::Open(std::move(source)));
  // A backup has slots as a production deployment has, with its own id in the deployment's place.
  const seal::Deployment owner{
      .id = backup.header().id, .kind = seal::DeploymentKind::kProduction, .created = backup.header().made};
  KAGIMORI_ASSIGN_OR_RETURN(const seal::SlotSecret secret, ReadSlotSecret(choices, owner));
  KAGIMORI_ASSIGN_OR_RETURN(backup.key, seal::OpenBackupSlots(backup.header(), secret));
  KAGIMORI_ASSIGN_OR_RETURN(backup.deployment_record, backup.reader->Unlock(backup.key));
  KAGIMORI_ASSIGN_OR_RETURN(backup.hierarchy,
                            seal::KeyHierarchy::Open(backup.key, backup.deployment_record, backup.header().deployment));
  if (backup.hierarchy->store_id() != backup.header().store_id) {
    return Fail(ErrorKind::kCorrupt, "the backup's header names another store than its content");
  }
  return backup;
}

}  // namespace

Result<> OpenedBackup::ReadAll(const std::function<Result<>(const store::Record&)>& take) {
  while (true) {
    KAGIMORI_ASSIGN_OR_RETURN(const std::vector<store::Record> records, reader->Next());
    if (records.empty()) return {};
    for (const store::Record& record : records) KAGIMORI_RETURN_IF_ERROR(take(record));
  }
}

Result<OpenedBackup> OpenBackup(const std::filesystem::path& file, const UnlockChoices& choices) {
  auto opened = Open(file, choices);
  if (!opened) return Fail(opened.error().kind, file.string() + ": " + opened.error().text);
  return opened;
}

}  // namespace kagimori::app
