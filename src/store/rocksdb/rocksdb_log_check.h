#ifndef KAGIMORI_STORE_ROCKSDB_ROCKSDB_LOG_CHECK_H_
#define KAGIMORI_STORE_ROCKSDB_ROCKSDB_LOG_CHECK_H_

#include <filesystem>
#include <optional>

#include "base/bytes.h"
#include "base/result.h"

namespace kagimori::store {

// RocksDB keeps its write-ahead logs and its MANIFEST in one format: blocks of 32 KiB, records of
// crc32c (4) || length (2) || type (1) || payload (github.com/facebook/rocksdb/wiki/Write-Ahead-Log-File-Format).
//
// A crash leaves the last, never acknowledged record of a log cut short, and the store has to open then; no recovery
// mode of RocksDB tells that from damage. kAbsoluteConsistency refuses both, kPointInTimeRecovery silently drops
// everything after a damaged record, and kTolerateCorruptedTailRecords refuses a wrong checksum but takes for the log's
// end what a damaged length or type makes look like a cut or recycled record, and drops acknowledged transactions
// behind it. So the store opens with the last one, after this check has found every record whole and the end, if it is
// cut, cut by nothing but missing bytes.
//
// What remains: a tail that was cut off exactly behind a record, or together with part of one, is what a crash leaves
// too. The rooms above compare the store's revision with the audit's anchors.

// A power cut leaves more than missing bytes: the file's new size may be on the disk without some of the sectors that
// were written, which then read as zeros, or as what they held before. RocksDB takes that for damage in any mode. So
// what was never synced is cut off here, before it looks: in the newest write-ahead log the last record, since each is
// synced before the next is written; in the MANIFEST the last two, since an edit for a table and the one for the logs
// that it makes superfluous are synced together. Should it be the sectors of a synced MANIFEST record that a disk lost,
// RocksDB misses the files that the edits before it name. Should it be a log's last synced record, the same is left as
// of a cut tail: see above.
enum class LogKind {
  kSynced,    // by now the disk has all of it
  kNewest,    // the newest write-ahead log
  kManifest,  // the MANIFEST in use
};

// kCorrupt when the log in `bytes` is damaged; a truncated last record is none. Gives where to cut when lost sectors
// begin a part that was never synced.
Result<std::optional<size_t>> CheckLog(ByteView bytes, LogKind kind = LogKind::kNewest);

// Checks every log and the MANIFEST in use, cuts off what was never synced, and checks that it is no store that lost
// its CURRENT file (RocksDB would start anew). REQUIRES: nobody else writes there.
Result<> CheckLogs(const std::filesystem::path& folder);

}  // namespace kagimori::store

#endif  // KAGIMORI_STORE_ROCKSDB_ROCKSDB_LOG_CHECK_H_
