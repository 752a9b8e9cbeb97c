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

}  // namespace

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

Result<size_t> OutboxDelivery::Recover() {
  size_t appended = 0;
  std::string prefix = OutboxPrefix();
  std::string end = seal::PrefixEnd(prefix);
  while (true) {
    // Always from the start: what was delivered is deleted below, so that each round finds new ones.
    KAGIMORI_ASSIGN_OR_RETURN(
        store::RangeResult range,
        store::RangeAndWait(*store_, {.begin = prefix, .end = end, .limit = store::kMaxTransactionOperations}));
    if (range.records.empty()) break;
    store::Transaction deletions;
    for (const store::Record& record : range.records) {
      ByteArray<16> event_id;
      if (record.key.size() != prefix.size() + event_id.size())
        return Fail(ErrorKind::kCorrupt, "a path in the outbox is no event's");
      std::ranges::copy(AsBytes(record.key).subspan(prefix.size()), event_id.begin());
      if (!log_->Contains(event_id)) {
        KAGIMORI_ASSIGN_OR_RETURN(seal::OpenedRecord opened,
                                  seal::OpenRecord(*hierarchy_, record.key, seal::kNoAccount, record.value));
        KAGIMORI_ASSIGN_OR_RETURN(std::string text, records::DecodeOutbox(opened.message));
        KAGIMORI_ASSIGN_OR_RETURN(audit::EventLine line, audit::EventLine::Create(text, event_id));
        KAGIMORI_RETURN_IF_ERROR(log_->Append({&line, 1}));
        ++appended;
      }
      deletions.deletes.push_back(record.key);
    }
    KAGIMORI_RETURN_IF_ERROR(log_->Sync());
    KAGIMORI_RETURN_IF_ERROR(store::CommitAndWait(*store_, std::move(deletions)));
  }
  log_->ForgetRecovered();
  log_->NoteSettled(log_->Head().sequence);
  return appended;
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
