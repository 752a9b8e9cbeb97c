#include "keys/scheduled_deletion.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/log.h"
#include "base/sync_wait.h"
#include "keys/destroyed_keys.h"
#include "keys/due.h"
#include "keys/grant_destruction.h"
#include "keys/paths.h"
#include "keys/records.h"
#include "seal/path.h"
#include "seal/sealed_record.h"
#include "store/blocking.h"

namespace kagimori::keys {
namespace {

// Puts, deletes and preconditions that a destroying step needs beside the records it deletes.
constexpr size_t kRecordsPerStep = store::kMaxTransactionOperations - 8;
// Each alias is a precondition and a deletion.
constexpr size_t kAliasesPerStep = kRecordsPerStep / 2;

}  // namespace

ScheduledDeletion::ScheduledDeletion(const seal::KeyHierarchy* hierarchy, store::Store* store, KeyTable* table,
                                     const Clock* clock, std::function<uint64_t()> uptime_seconds, Options options,
                                     MakeEvent make_event, DeliverEvents deliver)
    : hierarchy_(hierarchy),
      store_(store),
      table_(table),
      clock_(clock),
      uptime_seconds_(std::move(uptime_seconds)),
      options_(options),
      make_event_(std::move(make_event)),
      deliver_(std::move(deliver)) {}

Result<size_t> ScheduledDeletion::RunOnce() {
  size_t destroyed = 0;
  std::optional<Error> first_error;
  std::string begin = DuePrefix();
  // Up to and with this millisecond.
  std::string end = seal::Path(seal::RecordType::kDue).Time(clock_->Service().millis + 1).text();
  while (true) {
    KAGIMORI_ASSIGN_OR_RETURN(store::RangeResult range,
                              store::RangeAndWait(*store_, {.begin = begin, .end = end, .limit = 100}));
    for (const store::Record& record : range.records) {
      Result<bool> handled = HandleDue(record);
      // A conflict is a caller who was faster; the next run looks again. A key that is damaged must not keep the
      // others' material alive.
      if (!handled && handled.error().kind != ErrorKind::kConflict && !first_error)
        first_error = std::move(handled).error();
      if (handled && *handled) ++destroyed;
    }
    if (!range.more) break;
    begin = range.records.back().key + '\0';
  }
  if (first_error) return std::unexpected(*std::move(first_error));
  return destroyed;
}

Result<bool> ScheduledDeletion::HandleDue(const store::Record& record) {
  KAGIMORI_ASSIGN_OR_RETURN(const KeyName name, OpenDue(*hierarchy_, record));
  KAGIMORI_ASSIGN_OR_RETURN(std::shared_ptr<const Key> key, SyncWait(table_->LoadKey(name)));
  if (key == nullptr || !key->GoneAt(clock_->Service())) return false;
  while (key->due_seen_uptime == 0 || !key->aliases.empty()) {
    KAGIMORI_RETURN_IF_ERROR(DropAliases(*key));
    KAGIMORI_ASSIGN_OR_RETURN(key, SyncWait(table_->LoadKey(name)));
    if (key == nullptr || !key->GoneAt(clock_->Service())) return false;
  }
  auto waited = static_cast<int64_t>(uptime_seconds_() + 1 - key->due_seen_uptime);
  if (waited < options_.uptime_before_destruction.count()) return false;
  KAGIMORI_RETURN_IF_ERROR(Destroy(std::move(key)));
  return true;
}

Result<> ScheduledDeletion::PutHead(const Key& before, Key after, store::Transaction transaction) {
  transaction.preconditions.push_back({HeadPath(before.name), before.head_revision});
  after.head_version = before.head_version + 1;
  MoveDue(*hierarchy_, &before, after, &transaction);
  std::string path = HeadPath(before.name);
  Bytes sealed =
      seal::SealRecord(*hierarchy_, {.path = path, .account = before.name.account, .version = after.head_version},
                       records::EncodeHead(after));
  transaction.puts.push_back({std::move(path), std::move(sealed)});
  Result<store::Revision> done = store::CommitAndWait(*store_, std::move(transaction));
  table_->Forget(before.name);
  for (const std::string& name : before.aliases) {
    table_->aliases().Invalidate({.account = before.name.account, .region = before.name.region, .name = name});
  }
  if (!done) return std::unexpected(std::move(done).error());
  return {};
}

Result<> ScheduledDeletion::DropAliases(const Key& key) {
  store::Transaction transaction;
  auto step_end = key.aliases.begin() + static_cast<ptrdiff_t>(std::min(key.aliases.size(), kAliasesPerStep));
  for (auto name = key.aliases.begin(); name != step_end; ++name) {
    AliasName alias_name{.account = key.name.account, .region = key.name.region, .name = *name};
    KAGIMORI_ASSIGN_OR_RETURN(std::shared_ptr<const Alias> alias, SyncWait(table_->LoadAlias(alias_name)));
    // The name of a key that is gone is free: by now it may lead to another key.
    if (alias == nullptr || alias->target != key.name.id) continue;
    std::string path = AliasPath(*hierarchy_, alias_name);
    transaction.preconditions.push_back({path, alias->revision});
    transaction.deletes.push_back(std::move(path));
  }
  Key marked = key;
  marked.aliases.assign(step_end, key.aliases.end());
  std::string part = PartPath(key.name, Part::kAliases);
  if (!marked.aliases.empty()) {
    marked.parts.aliases = key.head_version + 1;
    Bytes sealed =
        seal::SealRecord(*hierarchy_, {.path = part, .account = key.name.account, .version = marked.parts.aliases},
                         records::EncodeAliasNames(marked.aliases));
    transaction.puts.push_back({std::move(part), std::move(sealed)});
  } else if (std::exchange(marked.parts.aliases, 0) != 0) {
    transaction.deletes.push_back(std::move(part));
  }
  if (key.due_seen_uptime == 0) marked.due_seen_uptime = uptime_seconds_() + 1;  // 0 means "not seen"
  return PutHead(key, std::move(marked), std::move(transaction));
}

Result<> ScheduledDeletion::Destroy(std::shared_ptr<const Key> key) {
  // First the head lets go of everything, so that a key half deleted can be read and deleted to its end after a crash.
  Key bare = *key;
  bare.parts = {};
  bare.materials.clear();
  bare.staged.reset();
  KAGIMORI_RETURN_IF_ERROR(PutHead(*key, std::move(bare), {}));
  KAGIMORI_ASSIGN_OR_RETURN(key, SyncWait(table_->LoadKey(key->name)));
  if (key == nullptr) return Fail(ErrorKind::kConflict, "the key went away while it was being destroyed");

  std::string prefix = PartPrefix(key->name);
  std::string end = seal::PrefixEnd(prefix);
  while (true) {
    KAGIMORI_ASSIGN_OR_RETURN(store::RangeResult parts,
                              store::RangeAndWait(*store_, {.begin = prefix, .end = end, .limit = kRecordsPerStep}));
    store::Transaction step;
    step.preconditions.push_back({HeadPath(key->name), key->head_revision});
    for (const store::Record& record : parts.records) step.deletes.push_back(record.key);
    if (!parts.more) {
      KAGIMORI_ASSIGN_OR_RETURN(const bool grants, HasGrantRecords(store_, key->name));
      if (!grants) return DestroyHead(*key, std::move(step));
    }
    KAGIMORI_RETURN_IF_ERROR(store::CommitAndWait(*store_, std::move(step)));
    if (!parts.more) break;
  }
  // The material is gone; there may be many grants.
  KAGIMORI_RETURN_IF_ERROR(DestroyGrants(*hierarchy_, store_, *key));
  store::Transaction last;
  last.preconditions.push_back({HeadPath(key->name), key->head_revision});
  return DestroyHead(*key, std::move(last));
}

Result<> ScheduledDeletion::DestroyHead(const Key& key, store::Transaction last_step) {
  EventLine event = make_event_(key);
  last_step.deletes.push_back(HeadPath(key.name));
  last_step.deletes.push_back(DuePath(*DueAt(key), key.name));
  std::string outbox = OutboxPath(event.id);
  Bytes sealed = seal::SealRecord(*hierarchy_, {.path = outbox, .account = seal::kNoAccount, .version = 1},
                                  records::EncodeOutbox(event.line));
  last_step.puts.push_back({std::move(outbox), std::move(sealed)});
  last_step.puts.push_back(DestroyedPut(*hierarchy_, key.name));
  KAGIMORI_ASSIGN_OR_RETURN(const store::Revision revision, store::CommitAndWait(*store_, std::move(last_step)));
  if (options_.counts != nullptr) options_.counts->Gone(key, revision);
  table_->Forget(key.name);
  log::Info("key material destroyed at the end of its waiting period", {{"key", key.arn}});
  return deliver_({&event, 1});
}

}  // namespace kagimori::keys
