#ifndef KAGIMORI_KEYS_OUTBOX_H_
#define KAGIMORI_KEYS_OUTBOX_H_

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "audit/log.h"
#include "base/result.h"
#include "keys/authorized.h"
#include "keys/change.h"
#include "seal/hierarchy.h"
#include "store/store.h"

namespace kagimori::keys {

// The event's record, for a transaction that changes something else than keys (BuildTransaction puts it into its own).
store::Put OutboxPut(const seal::KeyHierarchy& hierarchy, const OutboxEvent& event);

// The outbox: audit events that were committed with their change. An event leaves it only when the audit log holds it
// on stable storage, so that a crash between the commit and the log loses no record: Recover writes what is missing.
//
//   commit (event in the outbox) → the core appends it to the log → Delivered → log synced → deleted here, in the
//   background
class OutboxDelivery {
 public:
  // REQUIRES: all outlive the delivery.
  OutboxDelivery(const seal::KeyHierarchy* hierarchy, store::Store* store, audit::Log* log);
  ~OutboxDelivery();  // stops; what is left in the outbox is delivered at the next start
  OutboxDelivery(const OutboxDelivery&) = delete;

  // At start, before any request: appends every event of the outbox that the log does not have, syncs, and empties the
  // outbox. Gives the number of events appended. Blocking.
  Result<size_t> Recover();

  void Start();

  // The event is in the log at or before `sequence`. Thread-safe, cheap.
  void Delivered(const ByteArray<16>& event_id, uint64_t sequence);

 private:
  struct Entry {
    ByteArray<16> event_id;
    uint64_t sequence;
  };

  Result<> DeleteWhatTheLogHas();
  Result<size_t> AppendWhatIsLeft();
  void Run();
  void DeleteSynced();

  const seal::KeyHierarchy* hierarchy_;
  store::Store* store_;
  audit::Log* log_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Entry> delivered_;  // by mutex_
  bool stopping_ = false;        // by mutex_
  std::thread thread_;
};

}  // namespace kagimori::keys

#endif  // KAGIMORI_KEYS_OUTBOX_H_
