#ifndef KAGIMORI_STORE_ROCKSDB_ROCKSDB_STORE_H_
#define KAGIMORI_STORE_ROCKSDB_ROCKSDB_STORE_H_

#include <cstddef>
#include <filesystem>
#include <memory>

#include "base/result.h"
#include "store/store.h"

namespace rocksdb {
class Env;
}

namespace kagimori::store {

struct RocksDbOptions {
  std::filesystem::path folder;  // made (0700) when it is missing; its parent must exist
  bool sync = true;  // false: acknowledged commits may be lost with the power, never half of one. Tests only
  int reader_threads = 2;
  size_t max_waiting_reads = 4096;                     // kUnavailable beyond it
  size_t max_waiting_commits = 4096;                   // kUnavailable beyond it
  size_t max_waiting_commit_bytes = 64 * 1024 * 1024;  // kUnavailable beyond it
  size_t cache_bytes = 64 * 1024 * 1024;
  size_t write_buffer_bytes = 16 * 1024 * 1024;
  uint64_t min_free_bytes = 0;  // kLimit to every commit while the disk has less; 0: do not look
  size_t watch_history = 4096;  // events that a watch can start from; none survives a restart
  rocksdb::Env* env = nullptr;  // tests of faults; not owned, outlives the store
};

// The embedded store.
//
// One writer thread commits what waits as one group: it checks every transaction's preconditions against the state and
// what the group has accepted before it, writes one batch, syncs once, then calls back. A write or sync that fails ends
// the process with kExitStoreFailed: after a failed fsync the kernel may have dropped the pages, and a second one would
// lie. Reads are answered within the call when memory, the kernel's page cache included, holds the
// answer, else by a reader thread.
struct RocksDbStore {
  static constexpr int kExitStoreFailed = 74;  // EX_IOERR of sysexits.h

  // kUnavailable: another process (or this one) has the folder open. kCorrupt: the folder holds damage. kIo: the rest.
  static Result<std::unique_ptr<Store>> Open(const RocksDbOptions& options);
};

}  // namespace kagimori::store

#endif  // KAGIMORI_STORE_ROCKSDB_ROCKSDB_STORE_H_
