#ifndef KAGIMORI_SEAL_BACKUP_HEADER_H_
#define KAGIMORI_SEAL_BACKUP_HEADER_H_

#include <cstdint>
#include <functional>
#include <vector>

#include "audit/anchor.h"
#include "base/bytes.h"
#include "base/clock.h"
#include "base/result.h"
#include "seal/deployment.h"
#include "seal/hierarchy.h"
#include "store/store.h"

namespace kagimori::seal {

// The clear part of a backup (docs/backup-format.md): what it is a copy of, and the slots of its key. It is only a
// claim until the first frame has opened: every frame is bound to the header's hash.

inline constexpr uint8_t kBackupFormat = 1;
inline constexpr size_t kMaxBackupSlots = 8;

using BackupId = ByteArray<16>;

struct BackupHeader {
  BackupId id{};          // random, another one for every backup
  Deployment deployment;  // `created` is not in a backup
  StoreId store_id{};
  store::Revision revision = 0;  // of the store: everything up to it is in the backup and nothing after it
  Timestamp made;
  audit::Anchor audit_head;  // the newest place in the audit log that was on stable storage before the copy was taken
  std::vector<Bytes> slots;  // slot files (slot_file.h) that hold the backup's own key, owned by the backup's id
};

// REQUIRES: 1 to kMaxBackupSlots slots of at most 65,535 bytes each.
Bytes EncodeBackupHeader(const BackupHeader& header);

// Gives up to out.size() bytes; 0: the end.
using BackupSource = std::function<Result<size_t>(MutableByteView out)>;

// Fills `out`. kCorrupt: the source ends before.
Result<> ReadExactly(const BackupSource& source, MutableByteView out);

struct ReadHeader {
  BackupHeader header;
  Bytes encoded;  // as read
};
// kCorrupt: no backup, a damaged header, or one of another format; the text says which.
Result<ReadHeader> ReadBackupHeader(const BackupSource& source);

}  // namespace kagimori::seal

#endif  // KAGIMORI_SEAL_BACKUP_HEADER_H_
