#include "store/memory_store.h"

#include <utility>

#include "store/limits.h"

namespace kagimori::store {
namespace {

std::unexpected<Error> Closed() { return Fail(ErrorKind::kUnavailable, "the store is closed"); }

}  // namespace

MemoryStore::MemoryStore(Mode mode, size_t history) : mode_(mode), watches_(0, history) {
  if (mode_ == Mode::kThread) thread_ = std::thread([this] { RunThread(); });
}

MemoryStore::~MemoryStore() { Close(); }

void MemoryStore::Get(std::vector<std::string> keys, GetCallback callback) {
  if (auto checked = CheckGet(keys); !checked) return callback(std::unexpected(checked.error()));
  // Shared, because a refused call still owes the callback its answer.
  auto answer = std::make_shared<GetCallback>(std::move(callback));
  if (!Submit([this, keys = std::move(keys), answer] { (*answer)(GetNow(keys)); })) (*answer)(Closed());
}

void MemoryStore::Range(RangeRequest request, RangeCallback callback) {
  if (auto checked = CheckRange(request); !checked) return callback(std::unexpected(checked.error()));
  auto answer = std::make_shared<RangeCallback>(std::move(callback));
  if (!Submit([this, request = std::move(request), answer] { (*answer)(RangeNow(request)); })) (*answer)(Closed());
}

void MemoryStore::Commit(Transaction transaction, CommitCallback callback) {
  if (auto checked = CheckTransaction(transaction); !checked) return callback(std::unexpected(checked.error()));
  auto answer = std::make_shared<CommitCallback>(std::move(callback));
  if (!Submit([this, transaction = std::move(transaction), answer]() mutable {
        (*answer)(CommitNow(std::move(transaction)));
      })) {
    (*answer)(Closed());
  }
}

std::unique_ptr<Watch> MemoryStore::WatchFrom(Revision after, WatchCallback callback) {
  return watches_.Add(after, std::move(callback));
}

GetResult MemoryStore::GetNow(const std::vector<std::string>& keys) {
  std::lock_guard lock(mutex_);
  GetResult result{.records = {}, .revision = revision_};
  for (const std::string& key : keys) {
    auto found = records_.find(key);
    if (found == records_.end()) {
      result.records.emplace_back();
    } else {
      result.records.emplace_back(Record{key, found->second.bytes, found->second.revision});
    }
  }
  return result;
}

RangeResult MemoryStore::RangeOf(const Records& records, Revision revision, const RangeRequest& request) {
  RangeResult result{.records = {}, .more = false, .revision = revision};
  size_t bytes = 0;
  for (auto it = records.lower_bound(request.begin); it != records.end(); ++it) {
    if (!request.end.empty() && it->first >= request.end) break;
    if (result.records.size() == request.limit || bytes >= kMaxRangeBytes) {
      result.more = true;
      break;
    }
    bytes += it->first.size() + it->second.bytes.size();
    result.records.push_back({it->first, it->second.bytes, it->second.revision});
  }
  return result;
}

RangeResult MemoryStore::RangeNow(const RangeRequest& request) {
  std::lock_guard lock(mutex_);
  return RangeOf(records_, revision_, request);
}

class MemoryStore::SnapshotOfRecords : public Snapshot {
 public:
  SnapshotOfRecords(Records records, Revision revision) : records_(std::move(records)), revision_(revision) {}
  Revision revision() const override { return revision_; }
  Result<RangeResult> Range(const RangeRequest& request) override {
    KAGIMORI_RETURN_IF_ERROR(CheckRange(request));
    return RangeOf(records_, revision_, request);
  }

 private:
  const Records records_;
  const Revision revision_;
};

Result<std::unique_ptr<Snapshot>> MemoryStore::TakeSnapshot() {
  {
    std::lock_guard lock(queue_mutex_);
    if (closing_) return Closed();
  }
  std::lock_guard lock(mutex_);
  return std::make_unique<SnapshotOfRecords>(records_, revision_);
}

void MemoryStore::SetLedger(CommitLedger* ledger) {
  std::lock_guard lock(mutex_);
  ledger_ = ledger;
}

Result<> MemoryStore::ShowToLedger(const Transaction& transaction) {
  if (ledger_ == nullptr) return {};
  std::vector<RecordChange> changes;
  auto add = [&](const std::string& key, std::optional<ByteView> after, const RecordTag& tag) {
    auto found = records_.find(key);
    std::optional<ByteView> before;
    if (found != records_.end()) before = found->second.bytes;
    if (before || after) changes.push_back({.key = key, .before = before, .after = after, .after_tag = tag});
  };
  for (const Put& put : transaction.puts) {
    KAGIMORI_ASSIGN_OR_RETURN(RecordTag tag, ledger_->Tag(put.key, put.value));
    add(put.key, put.value, tag);
  }
  for (const std::string& key : transaction.deletes) add(key, std::nullopt, {});
  return ledger_->Accept(changes);
}

Result<Revision> MemoryStore::CommitNow(Transaction transaction) {
  std::lock_guard lock(mutex_);
  for (const Precondition& precondition : transaction.preconditions) {
    auto found = records_.find(precondition.key);
    Revision revision = found == records_.end() ? 0 : found->second.revision;
    if (revision != precondition.revision) {
      ++stats_.conflicts;
      return Fail(ErrorKind::kConflict, "a record is not at the revision expected");
    }
  }
  if (transaction.puts.empty() && transaction.deletes.empty()) return revision_;
  for (const Put& put : transaction.puts) {
    if (put.is_new && records_.contains(put.key)) return Fail(ErrorKind::kInternal, "a new record is there already");
  }
  KAGIMORI_RETURN_IF_ERROR(ShowToLedger(transaction));
  std::vector<WatchEvent> events(1);
  events[0] = {++revision_, ChangedKeys(transaction)};
  for (Put& put : transaction.puts) records_[std::move(put.key)] = {std::move(put.value), revision_};
  for (const std::string& key : transaction.deletes) records_.erase(key);
  if (ledger_ != nullptr) {
    for (Put& put : ledger_->Close(revision_)) records_[std::move(put.key)] = {std::move(put.value), revision_};
  }
  ++stats_.commits;
  ++stats_.groups;
  watches_.Publish(std::move(events));
  return revision_;
}

bool MemoryStore::Submit(std::move_only_function<void()>&& work) {
  std::unique_lock lock(queue_mutex_);
  if (closing_) return false;
  if (mode_ == Mode::kThread) {
    queue_.push_back(std::move(work));
    wake_.notify_one();
    return true;
  }
  ++inline_calls_;
  lock.unlock();
  work();
  lock.lock();
  if (--inline_calls_ == 0) idle_.notify_all();
  return true;
}

void MemoryStore::RunThread() {
  std::unique_lock lock(queue_mutex_);
  while (true) {
    wake_.wait(lock, [this] { return closing_ || !queue_.empty(); });
    if (queue_.empty()) return;
    std::move_only_function<void()> work = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    work();
    work = nullptr;
    lock.lock();
  }
}

void MemoryStore::Close() {
  {
    std::unique_lock lock(queue_mutex_);
    closing_ = true;
    wake_.notify_all();
    idle_.wait(lock, [this] { return inline_calls_ == 0; });
  }
  if (thread_.joinable()) thread_.join();
  watches_.Close();
}

StoreStats MemoryStore::Stats() const {
  std::lock_guard lock(mutex_);
  StoreStats stats = stats_;
  stats.keys_estimate = records_.size();
  return stats;
}

}  // namespace kagimori::store
