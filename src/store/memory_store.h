#ifndef KAGIMORI_STORE_MEMORY_STORE_H_
#define KAGIMORI_STORE_MEMORY_STORE_H_

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "store/store.h"
#include "store/watch_hub.h"

namespace kagimori::store {

// A store in memory: what the contract means, as plainly as it can be written, and the store of tests. Keeps nothing.
class MemoryStore : public Store {
 public:
  enum class Mode {
    kInline,  // every callback runs within the call
    kThread,  // every call is carried out later, on a thread of its own, so that code that counts on the former breaks
  };

  // `history`: how many events a watch can start from.
  explicit MemoryStore(Mode mode = Mode::kInline, size_t history = 4096);
  ~MemoryStore() override;

  void Get(std::vector<std::string> keys, GetCallback callback) override;
  void Range(RangeRequest request, RangeCallback callback) override;
  void Commit(Transaction transaction, CommitCallback callback) override;
  std::unique_ptr<Watch> WatchFrom(Revision after, WatchCallback callback) override;
  Result<std::unique_ptr<Snapshot>> TakeSnapshot() override;
  void SetLedger(CommitLedger* ledger) override;
  void Close() override;
  StoreStats Stats() const override;

 private:
  struct Value {
    Bytes bytes;
    Revision revision = 0;
  };
  using Records = std::map<std::string, Value>;
  class SnapshotOfRecords;

  // Runs `work` as the mode says; false when the store is closed.
  bool Submit(std::move_only_function<void()>&& work);
  void RunThread();
  GetResult GetNow(const std::vector<std::string>& keys);
  static RangeResult RangeOf(const Records& records, Revision revision, const RangeRequest& request);
  RangeResult RangeNow(const RangeRequest& request);
  Result<Revision> CommitNow(Transaction transaction);
  Result<> ShowToLedger(const Transaction& transaction);

  const Mode mode_;
  mutable std::mutex mutex_;  // of the records and what belongs to them
  Records records_;
  CommitLedger* ledger_ = nullptr;
  Revision revision_ = 0;
  StoreStats stats_;
  WatchHub watches_;

  std::mutex queue_mutex_;
  std::condition_variable wake_;
  std::condition_variable idle_;
  std::deque<std::move_only_function<void()>> queue_;
  size_t inline_calls_ = 0;  // under way in mode kInline
  bool closing_ = false;
  std::thread thread_;
};

}  // namespace kagimori::store

#endif  // KAGIMORI_STORE_MEMORY_STORE_H_
