#ifndef KAGIMORI_SEAL_BACKUP_READER_H_
#define KAGIMORI_SEAL_BACKUP_READER_H_

#include <memory>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "seal/backup_header.h"
#include "seal/backup_writer.h"
#include "secret/secret_bytes.h"
#include "store/store.h"

namespace kagimori::seal {

// Reads a backup from its first byte to its last; every byte of it is hostile. What Next has given is authentic but
// not yet all: only when it says that the end is reached is the backup known to be whole. kCorrupt: damaged, cut off,
// of another format; kAuthentication: a part that was changed, moved or is another backup's, or not the backup's key.
class BackupReader {
 public:
  static Result<std::unique_ptr<BackupReader>> Open(BackupSource source);
  ~BackupReader();

  // In the clear, and a claim until Unlock has succeeded.
  const BackupHeader& header() const;

  // The deployment record, sealed under `backup_key` (KeyHierarchy::Open). REQUIRES: called first, once.
  Result<Bytes> Unlock(const secret::SecretKey256& backup_key);

  // The next records, in the order of their paths; none: the end, and everything was there.
  // REQUIRES: after Unlock; not called after an error or the end.
  Result<std::vector<store::Record>> Next();

  // After the end.
  const BackupTotals& totals() const;

 private:
  struct State;
  explicit BackupReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Damage to the file as a whole, seen without its key: its framing and its checksum. Says nothing about who wrote it.
Result<BackupTotals> CheckBackupFile(const BackupSource& source, BackupHeader* header);

}  // namespace kagimori::seal

#endif  // KAGIMORI_SEAL_BACKUP_READER_H_
