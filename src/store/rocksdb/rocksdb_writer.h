#ifndef KAGIMORI_STORE_ROCKSDB_ROCKSDB_WRITER_H_
#define KAGIMORI_STORE_ROCKSDB_ROCKSDB_WRITER_H_

#include <rocksdb/db.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <mutex>
#include <thread>
#include <vector>

#include "store/rocksdb/rocksdb_store.h"
#include "store/store.h"
#include "store/watch_hub.h"

namespace kagimori::store {

// The one thread that writes. Transactions that arrive while a group is being synced form the next one, so a sync is
// shared by as many as wait and nobody waits for company.
class GroupWriter {
 public:
  // All outlive it. `revision`: the store's; `damaged`: see Database.
  GroupWriter(rocksdb::DB* db, WatchHub* watches, const std::atomic<bool>* damaged, Revision revision,
              const RocksDbOptions& options);
  ~GroupWriter();
  GroupWriter(const GroupWriter&) = delete;

  // REQUIRES: the limits hold.
  void Submit(Transaction transaction, CommitCallback callback);

  // See Store::SetLedger.
  void SetLedger(CommitLedger* ledger) { ledger_ = ledger; }

  // Commits what was accepted and joins the thread.
  void Close();

  // Adds what it counts.
  void AddTo(StoreStats* stats) const;

 private:
  struct Waiting {
    Transaction transaction;
    std::vector<RecordTag> tags;  // the ledger's, of the puts; empty without one
    CommitCallback callback;
    size_t bytes = 0;
  };
  class Group;

  void Run();
  std::vector<Waiting> TakeGroup();  // REQUIRES: mutex_ held, queue_ not empty
  void CommitGroup(std::vector<Waiting> waiting);
  Result<> Room() const;
  Result<std::vector<RecordTag>> TagPuts(const Transaction& transaction) const;

  rocksdb::DB* const db_;
  WatchHub* const watches_;
  const std::atomic<bool>* const damaged_;
  const bool sync_;
  const size_t max_waiting_;
  const size_t max_waiting_bytes_;
  const std::filesystem::path folder_;
  const uint64_t min_free_bytes_;
  Revision revision_;                           // the thread's alone
  std::atomic<CommitLedger*> ledger_{nullptr};  // not owned

  std::atomic<uint64_t> commits_{0};
  std::atomic<uint64_t> conflicts_{0};
  std::atomic<uint64_t> groups_{0};
  std::atomic<uint64_t> syncs_{0};

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Waiting> queue_;
  size_t queue_bytes_ = 0;
  bool closing_ = false;
  std::thread thread_;
};

}  // namespace kagimori::store

#endif  // KAGIMORI_STORE_ROCKSDB_ROCKSDB_WRITER_H_
