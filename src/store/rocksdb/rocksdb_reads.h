#ifndef KAGIMORI_STORE_ROCKSDB_ROCKSDB_READS_H_
#define KAGIMORI_STORE_ROCKSDB_ROCKSDB_READS_H_

#include <rocksdb/db.h>

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/store.h"

namespace kagimori::store {

enum class MayBlock { kNo, kYes };

// One consistent read, with the store's revision in the same snapshot. Nothing when it would have to wait for the disk
// and may not. kCorrupt when what is stored is not what was written. REQUIRES: the limits hold.
std::optional<Result<GetResult>> ReadKeys(rocksdb::DB* db, const std::vector<std::string>& keys, MayBlock may_block);
// `snapshot`: null for the newest state.
std::optional<Result<RangeResult>> ReadRange(rocksdb::DB* db, const RangeRequest& request, MayBlock may_block,
                                             const rocksdb::Snapshot* snapshot = nullptr);

// One record; nothing: there is none. May block.
Result<std::optional<Record>> ReadRecord(rocksdb::DB* db, const std::string& key, Revision store_revision);

}  // namespace kagimori::store

#endif  // KAGIMORI_STORE_ROCKSDB_ROCKSDB_READS_H_
