#ifndef KAGIMORI_STORE_ROCKSDB_ROCKSDB_PAGE_CACHE_H_
#define KAGIMORI_STORE_ROCKSDB_ROCKSDB_PAGE_CACHE_H_

#include <rocksdb/file_system.h>
#include <rocksdb/options.h>

#include <memory>

namespace kagimori::store {

// RocksDB's own "memory only" reads know its block cache alone, and what that lacks would cost two changes of thread
// though the kernel mostly has it. Files of this file system answer a read that must not wait from the page cache
// (preadv2 with RWF_NOWAIT; Linux 4.14 and later, on ext4, XFS and Btrfs) or not at all. Everything else is the
// target's.
std::shared_ptr<rocksdb::FileSystem> WithPageCacheReads(std::shared_ptr<rocksdb::FileSystem> target);

// Reads with these options get TimedOut from such a file system where they would have to wait. They are told from
// others by the one timeout that RocksDB hands down to its files.
rocksdb::ReadOptions PageCacheReads();

}  // namespace kagimori::store

#endif  // KAGIMORI_STORE_ROCKSDB_ROCKSDB_PAGE_CACHE_H_
