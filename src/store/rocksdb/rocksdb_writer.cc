#include "store/rocksdb/rocksdb_writer.h"

#include <rocksdb/write_batch.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "store/limits.h"
#include "store/rocksdb/rocksdb_format.h"
#include "store/rocksdb/rocksdb_open.h"
#include "store/rocksdb/rocksdb_reads.h"

namespace kagimori::store {
namespace {

constexpr size_t kMaxGroupBytes = 8 * 1024 * 1024;
constexpr size_t kMaxGroupTransactions = 1024;
// RocksDB carries a checksum with every entry of a batch until it is in the log.
constexpr size_t kProtectionBytes = 8;

}  // namespace

// The transactions accepted into one write so far. REQUIRES: they live as long as the group.
class GroupWriter::Group {
 public:
  Group(rocksdb::DB* db, CommitLedger* ledger, Revision revision) : db_(db), ledger_(ledger), revision_(revision) {}

  // Checks against the state and what this group has taken; accepts all of it or nothing. `tags`: the ledger's, of the
  // puts.
  Result<Revision> Accept(const Transaction& transaction, std::span<const RecordTag> tags) {
    read_.clear();
    for (const Precondition& precondition : transaction.preconditions) {
      KAGIMORI_ASSIGN_OR_RETURN(Revision revision, CurrentRevision(precondition.key));
      if (revision != precondition.revision) {
        return Fail(ErrorKind::kConflict, "a record is not at the revision expected");
      }
    }
    if (transaction.puts.empty() && transaction.deletes.empty()) return revision_;
    if (ledger_ != nullptr) KAGIMORI_RETURN_IF_ERROR(ShowToLedger(transaction, tags));
    ++revision_;
    for (const Put& put : transaction.puts) {
      Write(put);
      written_[put.key] = {revision_, &put.value};
    }
    for (const std::string& key : transaction.deletes) {
      Check(batch_.Delete(StoredKey(key)));
      written_[key] = {};
    }
    events_.push_back({revision_, ChangedKeys(transaction)});
    return revision_;
  }

  bool empty() const { return events_.empty(); }
  Revision revision() const { return revision_; }
  std::vector<WatchEvent> TakeEvents() { return std::move(events_); }

  // The batch with the ledger's records and the store's new revision. Call once, after the last Accept.
  rocksdb::WriteBatch* Finish() {
    if (ledger_ != nullptr) {
      for (const Put& put : ledger_->Close(revision_)) Write(put);
    }
    Check(batch_.Put(rocksdb::Slice(kRevisionKey), StoredRevision(revision_)));
    return &batch_;
  }

 private:
  struct Written {
    Revision revision = 0;         // 0: deleted
    const Bytes* value = nullptr;  // of a transaction of this group
  };

  Result<Revision> CurrentRevision(const std::string& key) {
    auto found = written_.find(key);
    if (found != written_.end()) return found->second.revision;
    KAGIMORI_ASSIGN_OR_RETURN(const std::optional<Record>* record, Read(key));
    return *record ? (*record)->revision : Revision{0};
  }

  // As it was before this group; one search for each key of a transaction.
  Result<const std::optional<Record>*> Read(const std::string& key) {
    for (const auto& [seen, record] : read_) {
      if (seen == key) return &record;
    }
    KAGIMORI_ASSIGN_OR_RETURN(std::optional<Record> record, ReadRecord(db_, key, revision_));
    return &read_.emplace_back(key, std::move(record)).second;
  }

  void Write(const Put& put) {
    value_.clear();
    AppendStoredValue(revision_, put.value, &value_);
    Check(batch_.Put(StoredKey(put.key), value_));
  }

  Result<> ShowToLedger(const Transaction& transaction, std::span<const RecordTag> tags) {
    changes_.clear();
    for (size_t i = 0; i < transaction.puts.size(); ++i) {
      const Put& put = transaction.puts[i];
      if (put.is_new) {
        changes_.push_back({.key = put.key, .before = std::nullopt, .after = put.value, .after_tag = tags[i]});
      } else {
        KAGIMORI_RETURN_IF_ERROR(AddChange(put.key, put.value, tags[i]));
      }
    }
    for (const std::string& key : transaction.deletes) KAGIMORI_RETURN_IF_ERROR(AddChange(key, std::nullopt, {}));
    return ledger_->Accept(changes_);
  }

  Result<> AddChange(const std::string& key, std::optional<ByteView> after, const RecordTag& tag) {
    std::optional<ByteView> before;
    if (auto found = written_.find(key); found != written_.end()) {
      if (found->second.value != nullptr) before = *found->second.value;
    } else {
      KAGIMORI_ASSIGN_OR_RETURN(const std::optional<Record>* old, Read(key));
      if (*old) before = (*old)->value;
    }
    if (before || after) changes_.push_back({.key = key, .before = before, .after = after, .after_tag = tag});
    return {};
  }

  // A batch that lacks one entry must never be written.
  static void Check(const rocksdb::Status& status) {
    if (!status.ok()) EndProcess("the store cannot build a write", status);
  }

  rocksdb::DB* db_;
  CommitLedger* ledger_;
  Revision revision_;
  rocksdb::WriteBatch batch_{0, 0, kProtectionBytes, 0};
  std::unordered_map<std::string, Written> written_;
  std::vector<WatchEvent> events_;
  std::string value_;                  // kept for its memory
  std::vector<RecordChange> changes_;  // of one transaction
  // What was there of one transaction, for its preconditions and for `changes_`, which looks at it.
  std::deque<std::pair<std::string_view, std::optional<Record>>> read_;
};

GroupWriter::GroupWriter(rocksdb::DB* db, WatchHub* watches, const std::atomic<bool>* damaged, Revision revision,
                         const RocksDbOptions& options)
    : db_(db),
      watches_(watches),
      damaged_(damaged),
      sync_(options.sync),
      max_waiting_(options.max_waiting_commits),
      max_waiting_bytes_(options.max_waiting_commit_bytes),
      folder_(options.folder),
      min_free_bytes_(options.min_free_bytes),
      revision_(revision),
      thread_([this] { Run(); }) {}

GroupWriter::~GroupWriter() { Close(); }

Result<std::vector<RecordTag>> GroupWriter::TagPuts(const Transaction& transaction) const {
  std::vector<RecordTag> tags;
  CommitLedger* ledger = ledger_.load();
  if (ledger == nullptr) return tags;
  tags.reserve(transaction.puts.size());
  for (const Put& put : transaction.puts) {
    KAGIMORI_ASSIGN_OR_RETURN(RecordTag tag, ledger->Tag(put.key, put.value));
    tags.push_back(tag);
  }
  return tags;
}

void GroupWriter::Submit(Transaction transaction, CommitCallback callback) {
  size_t bytes = TransactionBytes(transaction);
  Result<std::vector<RecordTag>> tags = TagPuts(transaction);
  if (!tags) return callback(std::unexpected(std::move(tags).error()));
  const char* refusal = nullptr;
  {
    std::lock_guard lock(mutex_);
    if (closing_) {
      refusal = "the store is closed";
    } else if (queue_.size() >= max_waiting_ || queue_bytes_ + bytes > max_waiting_bytes_) {
      refusal = "too many commits wait";
    } else {
      queue_.push_back({std::move(transaction), *std::move(tags), std::move(callback), bytes});
      queue_bytes_ += bytes;
      wake_.notify_one();
    }
  }
  if (refusal != nullptr) callback(Fail(ErrorKind::kUnavailable, refusal));
}

std::vector<GroupWriter::Waiting> GroupWriter::TakeGroup() {
  std::vector<Waiting> group;
  size_t bytes = 0;
  while (!queue_.empty() && group.size() < kMaxGroupTransactions && bytes < kMaxGroupBytes) {
    bytes += queue_.front().bytes;
    group.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  queue_bytes_ -= bytes;
  return group;
}

void GroupWriter::Run() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return closing_ || !queue_.empty(); });
    if (queue_.empty()) return;
    std::vector<Waiting> group = TakeGroup();
    lock.unlock();
    CommitGroup(std::move(group));
    lock.lock();
  }
}

// A write that fails for want of room ends the process, as any other: so there is none without room. Others may take it
// between the look and the write, and that does end it.
Result<> GroupWriter::Room() const {
  if (min_free_bytes_ == 0) return {};
  struct statvfs info{};
  if (statvfs(folder_.c_str(), &info) != 0) return Fail(ErrorKind::kIo, "the store's disk cannot be looked at");
  if (static_cast<uint64_t>(info.f_bavail) * info.f_frsize >= min_free_bytes_) return {};
  return Fail(ErrorKind::kLimit, "the store's disk is full");
}

void GroupWriter::CommitGroup(std::vector<Waiting> waiting) {
  Group group(db_, ledger_.load(), revision_);
  const Result<> room = Room();
  std::vector<Result<Revision>> answers;
  answers.reserve(waiting.size());
  for (const Waiting& one : waiting) {
    if (damaged_->load()) {
      answers.push_back(Fail(ErrorKind::kCorrupt, "the store is damaged and takes no commits"));
      continue;
    }
    if (!room) {
      answers.push_back(std::unexpected(room.error()));
      continue;
    }
    answers.push_back(group.Accept(one.transaction, one.tags));
    if (!answers.back() && answers.back().error().kind == ErrorKind::kConflict) ++conflicts_;
  }
  if (!group.empty()) {
    rocksdb::WriteOptions options;
    options.sync = sync_;
    if (rocksdb::Status status = db_->Write(options, group.Finish()); !status.ok()) {
      EndProcess("the store cannot write", status);
    }
    commits_ += group.revision() - revision_;
    ++groups_;
    if (sync_) ++syncs_;
    revision_ = group.revision();
    watches_->Publish(group.TakeEvents());
  }
  // Conflicts too are answered only now: what they were decided on may have been part of this very write.
  for (size_t i = 0; i < waiting.size(); ++i) waiting[i].callback(std::move(answers[i]));
}

void GroupWriter::Close() {
  {
    std::lock_guard lock(mutex_);
    closing_ = true;
    wake_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

void GroupWriter::AddTo(StoreStats* stats) const {
  stats->commits += commits_;
  stats->conflicts += conflicts_;
  stats->groups += groups_;
  stats->syncs += syncs_;
}

}  // namespace kagimori::store
