#include "keys/scheduled_material.h"

#include <algorithm>
#include <utility>

#include "base/sync_wait.h"
#include "crypto/random.h"
#include "keys/due.h"
#include "keys/key_head.h"
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
                                     MakeEvent make_event, DeliverEvents deliver)
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

// Two batches in turn: while the store writes one, the other is made ready.
Result<size_t> ScheduledMaterial::Pass(std::optional<Error>* first_error) {
  size_t changes = 0;
  std::string begin = DuePrefix();
  // Up to and with this millisecond.
  const std::string end = seal::Path(seal::RecordType::kDue).Time(clock_->Service().millis + 1).text();
  Batch batches[2];
  Batch* current = &batches[0];
  Batch* before = &batches[1];
  Result<> read;
  while (!options_.stopping()) {
    Result<store::RangeResult> range =
        store::RangeAndWait(*store_, {.begin = begin, .end = end, .limit = options_.at_once});
    if (!range) {
      read = std::unexpected(std::move(range).error());
      break;
    }
    current->changes = PrepareAll(range->records, first_error);
    Begin(current);
    changes += Finish(before, first_error);
    std::swap(current, before);
    if (!range->more) break;
    begin = range->records.back().key + '\0';
  }
  changes += Finish(before, first_error);
  if (!read) return std::unexpected(std::move(read).error());
  return changes;
}

std::vector<ScheduledMaterial::Pending> ScheduledMaterial::PrepareAll(const std::vector<store::Record>& records,
                                                                      std::optional<Error>* first_error) {
  // A damaged key must not hold up the others, and a conflict is a caller who was faster.
  auto note = [first_error](Error error) {
    if (error.kind != ErrorKind::kConflict && !*first_error) *first_error = std::move(error);
  };
  std::vector<KeyName> names;
  for (const store::Record& record : records) {
    Result<KeyName> name = OpenDue(*hierarchy_, record);
    if (name) {
      names.push_back(*name);
    } else {
      note(std::move(name).error());
    }
  }
  std::vector<Pending> changes;
  for (size_t at = 0; at < names.size(); at += store::kMaxGetKeys) {
    const std::span<const KeyName> some =
        std::span(names).subspan(at, std::min(names.size() - at, size_t{store::kMaxGetKeys}));
    const std::vector<Result<std::shared_ptr<const Key>>> loaded = LoadEach(some);
    for (size_t i = 0; i < some.size(); ++i) {
      Result<std::optional<Pending>> pending = loaded[i] ? Prepare(*loaded[i]) : std::unexpected(loaded[i].error());
      if (!pending) note(std::move(pending).error());
      if (pending && *pending) changes.push_back(**std::move(pending));
    }
  }
  return changes;
}

// What rotates by itself is known well enough by its head; heads are read together.
std::vector<Result<std::shared_ptr<const Key>>> ScheduledMaterial::LoadEach(std::span<const KeyName> names) {
  std::vector<Result<std::shared_ptr<const Key>>> keys(names.size());
  std::vector<std::string> paths;
  std::vector<size_t> places;
  for (size_t i = 0; i < names.size(); ++i) {
    // One that waits for the destruction of its material is looked at every second: not from the store each time.
    keys[i] = table_->keys().Get(names[i]);
    if (*keys[i] != nullptr) continue;
    paths.push_back(HeadPath(names[i]));
    places.push_back(i);
  }
  if (paths.empty()) return keys;
  const Result<store::GetResult> heads = store::GetAndWait(*store_, std::move(paths));
  for (size_t i = 0; i < places.size(); ++i) {
    const KeyName& name = names[places[i]];
    Result<std::shared_ptr<const Key>>& key = keys[places[i]];
    if (!heads) {
      key = std::unexpected(heads.error());
    } else if (const std::optional<store::Record>& head = heads->records[i]) {
      Result<Key> opened = OpenKeyHead(*hierarchy_, name, *head);
      if (!opened) {
        key = std::unexpected(std::move(opened).error());
      } else if (opened->origin == OriginType::kAwsKms) {
        key = std::make_shared<const Key>(*std::move(opened));
      } else {
        key = SyncWait(table_->LoadKey(name));
      }
    }
  }
  return keys;
}

Result<std::optional<ScheduledMaterial::Pending>> ScheduledMaterial::Prepare(const std::shared_ptr<const Key>& key) {
  const Timestamp now = clock_->Service();
  if (key == nullptr || key->GoneAt(now)) return std::nullopt;
  std::optional<Step> step = NextStep(key, now, uptime_seconds_(), options_.uptime_before_destruction);
  if (!step) return std::nullopt;
  Pending pending{.name = key->name, .transaction = {}, .event = std::nullopt};
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

void ScheduledMaterial::Begin(Batch* batch) {
  auto under_way = std::make_shared<std::latch>(static_cast<ptrdiff_t>(batch->changes.size()));
  batch->under_way = under_way;
  for (Pending& pending : batch->changes) {
    store_->Commit(std::move(pending.transaction), [&pending, under_way](Result<store::Revision> done) {
      pending.done = std::move(done);
      under_way->count_down();
    });
  }
}

size_t ScheduledMaterial::Finish(Batch* batch, std::optional<Error>* first_error) {
  if (batch->changes.empty()) return 0;
  batch->under_way->wait();
  size_t made = 0;
  std::vector<ServiceEvent> events;
  for (Pending& pending : batch->changes) {
    table_->Forget(pending.name);
    if (pending.done) {
      ++made;
      if (pending.event) events.push_back(*std::move(pending.event));
    } else if (pending.done.error().kind != ErrorKind::kConflict && !*first_error) {
      *first_error = std::move(pending.done).error();
    }  // else a caller was faster; the next run looks again
  }
  batch->changes.clear();
  if (events.empty()) return made;
  if (Result<> delivered = deliver_(events); !delivered && !*first_error) *first_error = std::move(delivered).error();
  return made;
}

}  // namespace kagimori::keys
