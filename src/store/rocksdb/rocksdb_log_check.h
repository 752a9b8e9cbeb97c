#ifndef KAGIMORI_STORE_ROCKSDB_ROCKSDB_LOG_CHECK_H_
#define KAGIMORI_STORE_ROCKSDB_ROCKSDB_LOG_CHECK_H_

#include <filesystem>

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

// kCorrupt when the log in `bytes` is damaged; a truncated last record is none.
Result<> CheckLog(ByteView bytes);

// Checks every log and MANIFEST in `folder`, and that it is no store that lost its CURRENT file (RocksDB would start
// anew). REQUIRES: nobody writes there.
Result<> CheckLogs(const std::filesystem::path& folder);

}  // namespace kagimori::store

#endif  // KAGIMORI_STORE_ROCKSDB_ROCKSDB_LOG_CHECK_H_
