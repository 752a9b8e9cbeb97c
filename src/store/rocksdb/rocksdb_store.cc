#include "store/rocksdb/rocksdb_store.h"

#include <rocksdb/db.h>
#include <rocksdb/snapshot.h>

#include <atomic>
#include <shared_mutex>
#include <utility>

#include "base/worker_pool.h"
#include "store/limits.h"
#include "store/rocksdb/rocksdb_open.h"
#include "store/rocksdb/rocksdb_reads.h"
#include "store/rocksdb/rocksdb_writer.h"
#include "store/watch_hub.h"

namespace kagimori::store {
namespace {

std::optional<Result<GetResult>> Read(rocksdb::DB* db, const std::vector<std::string>& keys, MayBlock may_block) {
  return ReadKeys(db, keys, may_block);
}
std::optional<Result<RangeResult>> Read(rocksdb::DB* db, const RangeRequest& request, MayBlock may_block) {
  return ReadRange(db, request, may_block);
}

class RocksDbSnapshot : public Snapshot {
 public:
  explicit RocksDbSnapshot(rocksdb::DB* db) : db_(db), snapshot_(db) {}
  Revision revision() const override { return revision_; }
  Result<RangeResult> Range(const RangeRequest& request) override {
    KAGIMORI_RETURN_IF_ERROR(CheckRange(request));
    return *ReadRange(db_, request, MayBlock::kYes, snapshot_.snapshot());
  }
  // Before anything else. Every range says the revision; the shortest will do.
  Result<> ReadRevision() {
    KAGIMORI_ASSIGN_OR_RETURN(RangeResult first, Range({.begin = {}, .end = {}, .limit = 1}));
    revision_ = first.revision;
    return {};
  }

 private:
  rocksdb::DB* db_;
  rocksdb::ManagedSnapshot snapshot_;
  Revision revision_ = 0;
};

class RocksDbStoreImpl : public Store {
 public:
  RocksDbStoreImpl(Database database, const RocksDbOptions& options)
      : database_(std::move(database)),
        watches_(database_.revision, options.watch_history),
        readers_({.name = "store-read", .threads = options.reader_threads, .max_waiting = options.max_waiting_reads}),
        writer_(database_.db.get(), &watches_, database_.damaged.get(), database_.revision, options) {}

  ~RocksDbStoreImpl() override { Close(); }

  void Get(std::vector<std::string> keys, GetCallback callback) override {
    if (auto checked = CheckGet(keys); !checked) return callback(std::unexpected(checked.error()));
    Answer(std::move(keys), std::move(callback));
  }

  void Range(RangeRequest request, RangeCallback callback) override {
    if (auto checked = CheckRange(request); !checked) return callback(std::unexpected(checked.error()));
    Answer(std::move(request), std::move(callback));
  }

  void Commit(Transaction transaction, CommitCallback callback) override {
    if (auto checked = CheckTransaction(transaction); !checked) return callback(std::unexpected(checked.error()));
    writer_.Submit(std::move(transaction), std::move(callback));
  }

  std::unique_ptr<Watch> WatchFrom(Revision after, WatchCallback callback) override {
    return watches_.Add(after, std::move(callback));
  }

  Result<std::unique_ptr<Snapshot>> TakeSnapshot() override;
  void SetLedger(CommitLedger* ledger) override { writer_.SetLedger(ledger); }
  void Close() override;
  StoreStats Stats() const override;

 private:
  // Reads within the call if memory holds the answer, else on a reader thread.
  template <class Request, class Callback>
  void Answer(Request request, Callback callback);

  Database database_;
  WatchHub watches_;
  WorkerPool readers_;
  GroupWriter writer_;
  std::atomic<uint64_t> inline_reads_{0};
  std::atomic<uint64_t> queued_reads_{0};
  mutable std::shared_mutex open_mutex_;  // held shared while the database is used within a call
  bool closed_ = false;
};

template <class Request, class Callback>
void RocksDbStoreImpl::Answer(Request request, Callback callback) {
  {
    std::shared_lock lock(open_mutex_);
    if (closed_) {
      lock.unlock();
      return callback(Fail(ErrorKind::kUnavailable, "the store is closed"));
    }
    if (auto result = Read(database_.db.get(), request, MayBlock::kNo)) {
      lock.unlock();
      inline_reads_.fetch_add(1, std::memory_order_relaxed);
      return callback(std::move(*result));
    }
  }
  // Shared, because a refused read still owes the callback its answer. The pool ends before the database does.
  auto answer = std::make_shared<Callback>(std::move(callback));
  auto work = [db = database_.db.get(), request = std::move(request), answer] {
    (*answer)(std::move(*Read(db, request, MayBlock::kYes)));
  };
  queued_reads_.fetch_add(1, std::memory_order_relaxed);
  if (!readers_.Submit(std::move(work))) (*answer)(Fail(ErrorKind::kUnavailable, "too many reads wait"));
}

Result<std::unique_ptr<Snapshot>> RocksDbStoreImpl::TakeSnapshot() {
  std::shared_lock lock(open_mutex_);
  if (closed_) return Fail(ErrorKind::kUnavailable, "the store is closed");
  auto snapshot = std::make_unique<RocksDbSnapshot>(database_.db.get());
  KAGIMORI_RETURN_IF_ERROR(snapshot->ReadRevision());
  return snapshot;
}

void RocksDbStoreImpl::Close() {
  {
    std::unique_lock lock(open_mutex_);
    if (std::exchange(closed_, true)) return;
  }
  writer_.Close();
  readers_.Close();
  watches_.Close();
  database_.db.reset();
  // Only now may another process open the folder.
  FolderLock released = std::move(database_.lock);
}

StoreStats RocksDbStoreImpl::Stats() const {
  StoreStats stats;
  writer_.AddTo(&stats);
  stats.inline_reads = inline_reads_;
  stats.queued_reads = queued_reads_;
  std::shared_lock lock(open_mutex_);
  uint64_t keys = 0;
  if (!closed_ && database_.db->GetIntProperty(rocksdb::DB::Properties::kEstimateNumKeys, &keys)) {
    stats.keys_estimate = keys < 2 ? 0 : keys - 2;  // without the format and the revision
  }
  return stats;
}

}  // namespace

Result<std::unique_ptr<Store>> RocksDbStore::Open(const RocksDbOptions& options) {
  if (options.reader_threads < 1) return Fail(ErrorKind::kInvalid, "a store needs a reader thread");
  KAGIMORI_ASSIGN_OR_RETURN(Database database, OpenDatabase(options));
  return std::make_unique<RocksDbStoreImpl>(std::move(database), options);
}

}  // namespace kagimori::store
