#ifndef KAGIMORI_KEYS_SCHEDULED_DELETION_H_
#define KAGIMORI_KEYS_SCHEDULED_DELETION_H_

#include <chrono>
#include <functional>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "keys/authorized.h"
#include "keys/committer.h"
#include "keys/key_counts.h"
#include "keys/key_table.h"
#include "keys/service_event.h"
#include "seal/hierarchy.h"
#include "store/store.h"

namespace kagimori::keys {

// Ends the keys whose waiting period is over. A key is gone for every caller from its due time on (Key::GoneAt),
// whether or not this has run; what happens here is the cleaning up:
//
//   first seen due   the key's aliases go, in bounded steps; the present uptime is noted in its head
//   destroyed        all its records, its grants too, go in bounded steps, the head last, together with the DeleteKey
//   event. At once in development; otherwise
//                    after 24 h of observed uptime past due, so that a clock that was wrong once destroys nothing.
//
// Blocking; run by one background thread.
class ScheduledDeletion {
 public:
  struct Options {
    std::chrono::seconds uptime_before_destruction = std::chrono::hours(24);
    KeyCounts* counts = nullptr;  // null: nobody counts
  };
  // Makes the audit line of a DeleteKey event (AwsServiceEvent) for a key; the caller knows the format.
  using EventLine = ServiceEvent;
  using MakeEvent = std::function<EventLine(const Key&)>;

  // REQUIRES: all outlive this.
  ScheduledDeletion(const seal::KeyHierarchy* hierarchy, store::Store* store, KeyTable* table, const Clock* clock,
                    std::function<uint64_t()> uptime_seconds, Options options, MakeEvent make_event,
                    DeliverEvents deliver);

  // Handles everything that is due now. Gives the number of keys destroyed, or the first error after the rest was
  // handled all the same.
  Result<size_t> RunOnce();

 private:
  // One record of the schedule; whether its key was destroyed.
  Result<bool> HandleDue(const store::Record& record);
  // Adds the changed head to `transaction` and commits it, under the precondition that the key is still `before`.
  Result<> PutHead(const Key& before, Key after, store::Transaction transaction);
  // One step: some of the aliases that lead to this key.
  Result<> DropAliases(const Key& key);
  Result<> Destroy(std::shared_ptr<const Key> key);
  Result<> DestroyHead(const Key& key, store::Transaction last_step);

  const seal::KeyHierarchy* hierarchy_;
  store::Store* store_;
  KeyTable* table_;
  const Clock* clock_;
  std::function<uint64_t()> uptime_seconds_;
  Options options_;
  MakeEvent make_event_;
  DeliverEvents deliver_;
};

}  // namespace kagimori::keys

#endif  // KAGIMORI_KEYS_SCHEDULED_DELETION_H_
