#ifndef KAGIMORI_SEAL_BACKUP_COPY_H_
#define KAGIMORI_SEAL_BACKUP_COPY_H_

#include <cstdint>
#include <functional>

#include "base/result.h"
#include "seal/backup_header.h"
#include "seal/backup_writer.h"
#include "seal/hierarchy.h"
#include "secret/secret_bytes.h"
#include "store/store.h"

namespace kagimori::seal {

struct BackupPace {
  uint64_t bytes_per_second = 0;                      // of paths and values; 0: as fast as it goes
  std::function<bool()> stop = [] { return false; };  // asked often; true ends the copy with kUnavailable
};

// Copies everything of a snapshot into `sink`, beside the writers and without holding them up. Blocks; a thread of its
// own, please. `header`: its id, deployment, audit head, time and slots, which hold `backup_key`; the rest is filled in
// here. kCorrupt: the snapshot has no deployment record that `hierarchy` opens.
Result<BackupTotals> WriteBackup(const KeyHierarchy& hierarchy, store::Snapshot& snapshot, BackupHeader header,
                                 const secret::SecretKey256& backup_key, const BackupPace& pace, BackupSink sink);

}  // namespace kagimori::seal

#endif  // KAGIMORI_SEAL_BACKUP_COPY_H_
