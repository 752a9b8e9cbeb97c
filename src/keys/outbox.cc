#include "keys/outbox.h"

#include <algorithm>
#include <chrono>
#include <vector>

#include "base/log.h"
#include "keys/paths.h"
#include "keys/records.h"
#include "seal/path.h"
#include "seal/sealed_record.h"
#include "store/blocking.h"

namespace kagimori::keys {
namespace {

constexpr std::chrono::milliseconds kInterval{200};

Result<ByteArray<16>> EventIdOf(std::string_view path) {
  const size_t prefix = OutboxPrefix().size();
  ByteArray<16> id;
  if (path.size() != prefix + id.size()) return Fail(ErrorKind::kCorrupt, "a path in the outbox is no event's");
  std::ranges::copy(AsBytes(path).subspan(prefix), id.begin());
  return id;
}

}  // namespace

store::Put OutboxPut(const seal::KeyHierarchy& hierarchy, const OutboxEvent& event) {
  std::string path = OutboxPath(event.id);
  Bytes sealed = seal::SealRecord(hierarchy, {.path = path, .account = seal::kNoAccount, .version = 1},
                                  records::EncodeOutbox(event.line));
  // The path holds an id that was drawn for this record.
  return {.key = std::move(path), .value = std::move(sealed), .is_new = true};
}

OutboxDelivery::OutboxDelivery(const seal::KeyHierarchy* hierarchy, store::Store* store, audit::Log* log)
    : hierarchy_(hierarchy), store_(store), log_(log) {}

OutboxDelivery::~OutboxDelivery() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

// What the log has leaves first, for good, and only then the missing ones follow: an append may begin a file, and what
// stands two files back is not looked for at the next start.
Result<size_t> OutboxDelivery::Recover() {
  log_->NoteSettled(0);
  KAGIMORI_RETURN_IF_ERROR(DeleteWhatTheLogHas());
  KAGIMORI_ASSIGN_OR_RETURN(const size_t appended, AppendWhatIsLeft());
  KAGIMORI_RETURN_IF_ERROR(log_->FinishRecovery());
  log_->NoteSettled(log_->Head().sequence);
  return appended;
}

Result<> OutboxDelivery::DeleteWhatTheLogHas() {
  store::RangeRequest request{
      .begin = OutboxPrefix(), .end = seal::PrefixEnd(OutboxPrefix()), .limit = store::kMaxTransactionOperations};
  while (true) {
    KAGIMORI_ASSIGN_OR_RETURN(store::RangeResult range, store::RangeAndWait(*store_, request));
    store::Transaction deletions;
    for (const store::Record& record : range.records) {
      KAGIMORI_ASSIGN_OR_RETURN(const ByteArray<16> event_id, EventIdOf(record.key));
      if (log_->Contains(event_id)) deletions.deletes.push_back(record.key);
    }
    if (!deletions.deletes.empty()) KAGIMORI_RETURN_IF_ERROR(store::CommitAndWait(*store_, std::move(deletions)));
    if (!range.more) return {};
    request.begin = range.records.back().key + '\0';
  }
}

Result<size_t> OutboxDelivery::AppendWhatIsLeft() {
  size_t appended = 0;
  store::RangeRequest request{
      .begin = OutboxPrefix(), .end = seal::PrefixEnd(OutboxPrefix()), .limit = store::kMaxTransactionOperations};
  while (true) {
    // Always from the start: what was appended is deleted below, so that each round finds new ones.
    KAGIMORI_ASSIGN_OR_RETURN(store::RangeResult range, store::RangeAndWait(*store_, request));
    if (range.records.empty()) return appended;
    store::Transaction deletions;
    for (const store::Record& record : range.records) {
      KAGIMORI_ASSIGN_OR_RETURN(const ByteArray<16> event_id, EventIdOf(record.key));
      KAGIMORI_ASSIGN_OR_RETURN(seal::OpenedRecord opened,
                                seal::OpenRecord(*hierarchy_, record.key, seal::kNoAccount, record.value));
      KAGIMORI_ASSIGN_OR_RETURN(std::string text, records::DecodeOutbox(opened.message));
      KAGIMORI_ASSIGN_OR_RETURN(audit::EventLine line, audit::EventLine::Create(text, event_id));
      KAGIMORI_RETURN_IF_ERROR(log_->Append({&line, 1}));
      ++appended;
      deletions.deletes.push_back(record.key);
    }
    KAGIMORI_RETURN_IF_ERROR(log_->Sync());
    KAGIMORI_RETURN_IF_ERROR(store::CommitAndWait(*store_, std::move(deletions)));
  }
}

void OutboxDelivery::Start() {
  thread_ = std::thread([this] { Run(); });
}

void OutboxDelivery::Delivered(const ByteArray<16>& event_id, uint64_t sequence) {
  std::lock_guard lock(mutex_);
  delivered_.push_back({event_id, sequence});
}

void OutboxDelivery::Run() {
  uint64_t before = log_->SyncedSequence();
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    wake_.wait_for(lock, kInterval, [this] { return stopping_; });
    lock.unlock();
    DeleteSynced();
    lock.lock();
    // What was appended before the last round has been handed over to Delivered by now.
    uint64_t settled = before;
    for (const Entry& entry : delivered_) settled = std::min(settled, entry.sequence - 1);
    log_->NoteSettled(settled);
    before = log_->SyncedSequence();
  }
}

void OutboxDelivery::DeleteSynced() {
  uint64_t synced = log_->SyncedSequence();
  while (true) {
    std::vector<Entry> taken;
    store::Transaction deletions;
    {
      // Cores deliver in almost ascending order; one that is not synced yet waits for the next round with those behind
      // it.
      std::lock_guard lock(mutex_);
      while (!delivered_.empty() && delivered_.front().sequence <= synced &&
             deletions.deletes.size() < store::kMaxTransactionOperations) {
        deletions.deletes.push_back(OutboxPath(delivered_.front().event_id));
        taken.push_back(delivered_.front());
        delivered_.pop_front();
      }
    }
    if (taken.empty()) return;
    if (Result<store::Revision> done = store::CommitAndWait(*store_, std::move(deletions)); !done) {
      log::Warning("the outbox could not be emptied; it is tried again", {{"error", Describe(done.error())}});
      std::lock_guard lock(mutex_);
      delivered_.insert(delivered_.begin(), taken.begin(), taken.end());
      return;
    }
  }
}

}  // namespace kagimori::keys
