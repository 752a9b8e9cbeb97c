#ifndef KAGIMORI_KEYS_SCHEDULED_MATERIAL_H_
#define KAGIMORI_KEYS_SCHEDULED_MATERIAL_H_

#include <chrono>
#include <functional>
#include <latch>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "keys/change.h"
#include "keys/key_table.h"
#include "keys/service_event.h"
#include "seal/hierarchy.h"
#include "store/store.h"

namespace kagimori::keys {

// What happens to key material by itself:
//
//   rotation    automatic or on demand: new material, or the one that was imported for it, becomes the current one, in
//               one transaction with the RotateKey event and the next date, so that none is done twice or lost
//   expiry      the key waits for the material (it has done so for every caller from that time on, see AsOf), and the
//               DeleteExpiredKeyMaterial event is written
//   destruction of expired material: at once in development; otherwise after 24 h of observed uptime, so that a clock
//               that was wrong once destroys nothing
//
// Blocking; run by one background thread.
class ScheduledMaterial {
 public:
  enum class Happening { kRotatedAutomatically, kRotatedOnDemand, kExpired };
  struct Options {
    std::chrono::seconds uptime_before_destruction = std::chrono::hours(24);
    // Changes that go to the store together and share its grouped commit; the next as many are made ready meanwhile.
    // More hold up those who share the store's writer for longer.
    size_t at_once = 64;
    std::function<bool()> stopping = [] { return false; };
  };
  // Makes the audit line of what has happened to the key; the caller knows the format.
  using MakeEvent = std::function<ServiceEvent(const Key&, Happening)>;

  // REQUIRES: all outlive this.
  ScheduledMaterial(const seal::KeyHierarchy* hierarchy, store::Store* store, KeyTable* table, const Clock* clock,
                    std::function<uint64_t()> uptime_seconds, Options options, MakeEvent make_event,
                    DeliverEvents deliver);

  // Handles everything that is due now. Gives the number of changes made, or the first error after the rest was handled
  // all the same.
  Result<size_t> RunOnce();

 private:
  // A change on its way to the store.
  struct Pending {
    KeyName name;
    store::Transaction transaction;
    std::optional<ServiceEvent> event;
    Result<store::Revision> done = store::Revision{0};
  };
  // Changes that go together.
  struct Batch {
    std::vector<Pending> changes;
    // Shared, so that it outlives the last of those who count it down.
    std::shared_ptr<std::latch> under_way;
  };
  // Once through what is due; the number of changes made.
  Result<size_t> Pass(std::optional<Error>* first_error);
  // Of at most store::kMaxGetKeys names, in their order; null: it is gone.
  std::vector<Result<std::shared_ptr<const Key>>> LoadEach(std::span<const KeyName> names);
  // What is to be done first about a key that the schedule names; nothing: nothing now.
  Result<std::optional<Pending>> Prepare(const std::shared_ptr<const Key>& key);
  std::vector<Pending> PrepareAll(const std::vector<store::Record>& records, std::optional<Error>* first_error);
  // Sends all to the store. REQUIRES: the batch stays where it is until it is finished.
  void Begin(Batch* batch);
  // Waits for them and tells of those that were made: their number. An empty batch: nothing.
  size_t Finish(Batch* batch, std::optional<Error>* first_error);

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

#endif  // KAGIMORI_KEYS_SCHEDULED_MATERIAL_H_
