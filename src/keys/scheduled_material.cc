#include "keys/scheduled_material.h"

#include <algorithm>
#include <latch>
#include <utility>

#include "base/sync_wait.h"
#include "crypto/random.h"
#include "keys/due.h"
#include "keys/material_life.h"
#include "keys/paths.h"
#include "seal/path.h"
#include "store/blocking.h"

namespace kagimori::keys {
namespace {

constexpr size_t kMaterialSize = 32;  // of SYMMETRIC_DEFAULT, the one spec that rotates by itself

struct Step {
  KeyChange change;
  std::optional<ScheduledMaterial::Happening> happening;
};

Step StepOf(const std::shared_ptr<const Key>& key) {
  return {.change = {.before = key, .after = *key, .parts = {}, .material = std::nullopt}, .happening = std::nullopt};
}

// An expired material that nobody has taken note of yet. What waits for a rotation may expire without harm.
std::optional<Step> NoteExpiry(const std::shared_ptr<const Key>& key, Timestamp now, uint64_t uptime) {
  Step step = StepOf(key);
  step.happening = ScheduledMaterial::Happening::kExpired;
  Key& after = step.change.after;
  auto has_just_expired = [&](const MaterialEntry& material) {
    return material.version != 0 && material.expired_uptime == 0 && !material.PresentAt(now);
  };
  if (auto found = std::ranges::find_if(after.materials, has_just_expired); found != after.materials.end()) {
    found->expired_uptime = uptime + 1;  // 0 means "not expired"
    if (after.stored_state == KeyState::kEnabled || after.stored_state == KeyState::kDisabled)
      after.stored_state = KeyState::kPendingImport;
    return step;
  }
  if (!after.staged || !has_just_expired(*after.staged)) return std::nullopt;
  after.staged->expired_uptime = uptime + 1;
  return step;
}

// Expired material whose time of uptime is over goes.
std::optional<Step> DestroyExpired(const std::shared_ptr<const Key>& key, uint64_t uptime, std::chrono::seconds wait) {
  auto is_over = [&](const MaterialEntry& material) {
    return material.version != 0 && material.expired_uptime != 0 &&
           static_cast<int64_t>(uptime + 1 - material.expired_uptime) >= wait.count();
  };
  Step step = StepOf(key);
  Key& after = step.change.after;
  bool any = false;
  for (MaterialEntry& material : after.materials) {
    if (!is_over(material)) continue;
    material.version = 0;
    material.valid_to.reset();
    material.expired_uptime = 0;
    any = true;
  }
  if (after.staged && is_over(*after.staged)) {
    DropStaged(&after);
    step.change.parts.push_back(Part::kNotes);
    any = true;
  }
  if (!any) return std::nullopt;
  return step;
}

void AddNewMaterial(RotationKind kind, Timestamp now, Step* step) {
  NewMaterial& material = step->change.material.emplace();
  crypto::FillRandom(material.id);
  material.bytes = crypto::RandomSecret(kMaterialSize);
  material.created = now;
  MakeCurrent({.id = material.id}, kind, now, &step->change.after);
}

std::optional<Step> RotateOnDemand(const std::shared_ptr<const Key>& key, Timestamp now) {
  if (!key->rotation.on_demand_started || *key->rotation.on_demand_started > now) return std::nullopt;
  Step step = StepOf(key);
  Key& after = step.change.after;
  after.rotation.on_demand_started.reset();
  if (RotatesByItself(*key)) {
    AddNewMaterial(RotationKind::kOnDemand, now, &step);
  } else if (key->staged && key->staged->PresentAt(now)) {
    MakeCurrent(*key->staged, RotationKind::kOnDemand, now, &after);
  } else {
    return step;  // what was to become current has gone meanwhile
  }
  step.happening = ScheduledMaterial::Happening::kRotatedOnDemand;
  return step;
}

std::optional<Step> RotateAutomatically(const std::shared_ptr<const Key>& key, Timestamp now) {
  if (key->rotation.period_days == 0 || key->rotation.next > now) return std::nullopt;
  Step step = StepOf(key);
  MoveToNextRotation(now, &step.change.after);
  if (!RotatesByItself(*key)) return step;
  AddNewMaterial(RotationKind::kAutomatic, now, &step);
  step.happening = ScheduledMaterial::Happening::kRotatedAutomatically;
  return step;
}

std::optional<Step> NextStep(const std::shared_ptr<const Key>& key, Timestamp now, uint64_t uptime,
                             std::chrono::seconds wait) {
  std::optional<Step> step = NoteExpiry(key, now, uptime);
  if (!step) step = DestroyExpired(key, uptime, wait);
  if (!step && key->stored_state == KeyState::kEnabled) step = RotateOnDemand(key, now);
  if (!step && key->stored_state == KeyState::kEnabled) step = RotateAutomatically(key, now);
  return step;
}

}  // namespace

ScheduledMaterial::ScheduledMaterial(const seal::KeyHierarchy* hierarchy, store::Store* store, KeyTable* table,
                                     const Clock* clock, std::function<uint64_t()> uptime_seconds, Options options,
                                     MakeEvent make_event, DeliverEvent deliver)
    : hierarchy_(hierarchy),
      store_(store),
      table_(table),
      clock_(clock),
      uptime_seconds_(std::move(uptime_seconds)),
      options_(std::move(options)),
      make_event_(std::move(make_event)),
      deliver_(std::move(deliver)) {}

Result<size_t> ScheduledMaterial::RunOnce() {
  size_t changes = 0;
  std::optional<Error> first_error;
  // A key may have several things due, one after the other; each is one change.
  while (true) {
    KAGIMORI_ASSIGN_OR_RETURN(const size_t made, Pass(&first_error));
    changes += made;
    if (made == 0 || options_.stopping()) break;
  }
  if (first_error) return std::unexpected(*std::move(first_error));
  return changes;
}

Result<size_t> ScheduledMaterial::Pass(std::optional<Error>* first_error) {
  size_t changes = 0;
  std::string begin = DuePrefix();
  // Up to and with this millisecond.
  const std::string end = seal::Path(seal::RecordType::kDue).Time(clock_->Service().millis + 1).text();
  while (!options_.stopping()) {
    KAGIMORI_ASSIGN_OR_RETURN(store::RangeResult range,
                              store::RangeAndWait(*store_, {.begin = begin, .end = end, .limit = options_.at_once}));
    std::vector<Pending> batch;
    for (const store::Record& record : range.records) {
      Result<std::optional<Pending>> pending = Prepare(record);
      // A damaged key must not hold up the others.
      if (!pending && pending.error().kind != ErrorKind::kConflict && !*first_error)
        *first_error = std::move(pending).error();
      if (pending && *pending) batch.push_back(**std::move(pending));
    }
    changes += Commit(&batch, first_error);
    if (!range.more) break;
    begin = range.records.back().key + '\0';
  }
  return changes;
}

Result<std::optional<ScheduledMaterial::Pending>> ScheduledMaterial::Prepare(const store::Record& record) {
  KAGIMORI_ASSIGN_OR_RETURN(const KeyName name, OpenDue(*hierarchy_, record));
  // One that waits for the destruction of its material is looked at every second: not from the store each time.
  std::shared_ptr<const Key> key = table_->keys().Get(name);
  if (key == nullptr) {
    KAGIMORI_ASSIGN_OR_RETURN(key, SyncWait(table_->LoadKey(name)));
  }
  const Timestamp now = clock_->Service();
  if (key == nullptr || key->GoneAt(now)) return std::nullopt;
  std::optional<Step> step = NextStep(key, now, uptime_seconds_(), options_.uptime_before_destruction);
  if (!step) return std::nullopt;
  Pending pending{.name = name, .transaction = {}, .event = std::nullopt};
  OutboxEvent outbox;
  if (step->happening) {
    pending.event = make_event_(*key, *step->happening);
    outbox = {.id = pending.event->id, .line = pending.event->line};
  }
  Change change;
  change.keys.push_back(std::move(step->change));
  KAGIMORI_ASSIGN_OR_RETURN(pending.transaction, BuildTransaction(*hierarchy_, change, outbox));
  return pending;
}

size_t ScheduledMaterial::Commit(std::vector<Pending>* batch, std::optional<Error>* first_error) {
  // Shared, so that it outlives the last of those who count it down.
  auto under_way = std::make_shared<std::latch>(static_cast<ptrdiff_t>(batch->size()));
  for (Pending& pending : *batch) {
    store_->Commit(std::move(pending.transaction), [&pending, under_way](Result<store::Revision> done) {
      pending.done = std::move(done);
      under_way->count_down();
    });
  }
  under_way->wait();
  size_t made = 0;
  for (const Pending& pending : *batch) {
    table_->Forget(pending.name);
    Result<> delivered;
    if (!pending.done) {
      // A conflict is a caller who was faster; the next run looks again.
      if (pending.done.error().kind == ErrorKind::kConflict) continue;
      delivered = std::unexpected(pending.done.error());
    } else {
      ++made;
      if (pending.event) delivered = deliver_(*pending.event);
    }
    if (!delivered && !*first_error) *first_error = std::move(delivered).error();
  }
  return made;
}

}  // namespace kagimori::keys
