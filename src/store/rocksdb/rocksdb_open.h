#ifndef KAGIMORI_STORE_ROCKSDB_ROCKSDB_OPEN_H_
#define KAGIMORI_STORE_ROCKSDB_ROCKSDB_OPEN_H_

#include <rocksdb/db.h>

#include <atomic>
#include <memory>

#include "base/result.h"
#include "store/rocksdb/rocksdb_store.h"
#include "store/store.h"

namespace kagimori::store {

// The lock on a store's folder, held while it lives. RocksDB has one of its own, but takes it only after it has looked.
class FolderLock {
 public:
  explicit FolderLock(int descriptor) : descriptor_(descriptor) {}
  FolderLock(FolderLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  FolderLock& operator=(FolderLock&&) = delete;
  ~FolderLock();

 private:
  int descriptor_;
};

// What a RocksDB store works on. The members' order is that of their destruction, reversed.
struct Database {
  FolderLock lock;
  // Set when RocksDB finds damage while it works in the background; it takes no write after that.
  std::shared_ptr<std::atomic<bool>> damaged;
  std::unique_ptr<rocksdb::Env> env;  // with rocksdb_page_cache.h's reads
  std::unique_ptr<rocksdb::DB> db;
  Revision revision = 0;
};

// Makes and locks the folder, checks its logs, opens it with every check on and reads the format and the revision.
Result<Database> OpenDatabase(const RocksDbOptions& options);

// Logs `what` and ends the process with RocksDbStore::kExitStoreFailed; destructors do not run, so nothing is answered.
[[noreturn]] void EndProcess(std::string_view what, const rocksdb::Status& status);

}  // namespace kagimori::store

#endif  // KAGIMORI_STORE_ROCKSDB_ROCKSDB_OPEN_H_
