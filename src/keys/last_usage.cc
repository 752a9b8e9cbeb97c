#include "keys/last_usage.h"

#include <algorithm>
#include <utility>

#include "keys/paths.h"
#include "keys/records.h"
#include "keys/store_reads.h"
#include "seal/sealed_record.h"
#include "store/blocking.h"

namespace kagimori::keys {
namespace {

// Each key is a precondition and a put.
constexpr size_t kKeysPerTransaction = store::kMaxTransactionOperations / 2;

// Keeps the newer of two.
void Merge(const KeyName& name, const LastUsage& usage, std::unordered_map<KeyName, LastUsage>* into) {
  const auto [place, is_new] = into->try_emplace(name, usage);
  if (!is_new && place->second.at < usage.at) place->second = usage;
}

}  // namespace

void UsageTracker::Lane::Note(const KeyName& name, const LastUsage& usage) {
  std::lock_guard lock(mutex_);
  const auto place = noted_.find(name);
  if (place != noted_.end()) {
    place->second = usage;
  } else if (noted_.size() < kMostNoted) {
    noted_.emplace(name, usage);
  }
}

UsageTracker::UsageTracker(const seal::KeyHierarchy* hierarchy, store::Store* store, const Clock* clock, int lanes)
    : hierarchy_(hierarchy), store_(store), clock_(clock) {
  for (int i = 0; i < lanes; ++i) lanes_.push_back(std::make_unique<Lane>());
}

std::optional<LastUsage> UsageTracker::Noted(const KeyName& name) const {
  std::optional<LastUsage> newest;
  const auto look = [&](const Map& map) {
    const auto found = map.find(name);
    if (found != map.end() && (!newest || newest->at < found->second.at)) newest = found->second;
  };
  // What Save moves is in both places for a moment, never in none.
  for (const auto& lane : lanes_) {
    std::lock_guard lock(lane->mutex_);
    look(lane->noted_);
  }
  std::lock_guard lock(mutex_);
  look(unsaved_);
  return newest;
}

Task<Result<std::optional<LastUsage>>> UsageTracker::Find(KeyName name) {
  if (std::optional<LastUsage> noted = Noted(name)) co_return noted;
  std::string path = PartPath(name, Part::kUsage);
  auto found = co_await GetOne(store_, path);
  if (!found) co_return std::unexpected(std::move(found).error());
  if (!found->records[0]) co_return std::optional<LastUsage>();
  auto opened = seal::OpenRecord(*hierarchy_, path, name.account, found->records[0]->value);
  if (!opened) co_return std::unexpected(std::move(opened).error());
  auto usage = records::DecodeUsage(opened->message);
  if (!usage) co_return std::unexpected(std::move(usage).error());
  co_return std::optional<LastUsage>(*usage);
}

bool UsageTracker::Crowded() const {
  return std::ranges::any_of(lanes_, [](const auto& lane) {
    std::lock_guard lock(lane->mutex_);
    return lane->noted_.size() > kMostNoted / 2;
  });
}

void UsageTracker::Gather() {
  for (const auto& lane : lanes_) {
    std::lock_guard lane_lock(lane->mutex_);
    std::lock_guard lock(mutex_);
    for (const auto& [name, usage] : lane->noted_) Merge(name, usage, &unsaved_);
    lane->noted_.clear();
  }
}

Result<size_t> UsageTracker::Save() {
  Gather();
  std::vector<KeyName> names;
  {
    std::lock_guard lock(mutex_);
    names.reserve(unsaved_.size());
    for (const auto& [name, usage] : unsaved_) names.push_back(name);
  }
  size_t saved = 0;
  std::optional<Error> first_error;
  for (size_t begin = 0; begin < names.size(); begin += kKeysPerTransaction) {
    const size_t count = std::min(kKeysPerTransaction, names.size() - begin);
    Result<size_t> done = SaveSome(std::span(names).subspan(begin, count), &first_error);
    // A conflict: one of these keys has changed meanwhile; the next time it will not.
    if (!done && done.error().kind != ErrorKind::kConflict) return std::unexpected(std::move(done).error());
    saved += done.value_or(0);
  }
  if (first_error) return std::unexpected(*std::move(first_error));
  return saved;
}

// Whether there is a key at the head's record that a use may be written for. A key that is gone takes its last use with
// it; its destruction changes the head first, so that nothing is written behind it.
Result<bool> UsageTracker::MayWrite(const KeyName& name, std::string_view path, const store::Record& record) const {
  Key key{.name = name};
  KAGIMORI_ASSIGN_OR_RETURN(const seal::OpenedRecord head,
                            seal::OpenRecord(*hierarchy_, path, name.account, record.value));
  KAGIMORI_RETURN_IF_ERROR(records::DecodeHead(head.message, &key));
  return !key.GoneAt(clock_->Service());
}

Result<size_t> UsageTracker::SaveSome(std::span<const KeyName> names, std::optional<Error>* first_error) {
  std::vector<std::string> heads;
  for (const KeyName& name : names) heads.push_back(HeadPath(name));
  KAGIMORI_ASSIGN_OR_RETURN(const store::GetResult found, store::GetAndWait(*store_, heads));
  store::Transaction transaction;
  std::vector<KeyName> done;
  for (size_t i = 0; i < names.size(); ++i) {
    Result<bool> may_write = found.records[i] ? MayWrite(names[i], heads[i], *found.records[i]) : false;
    // A damaged head holds up nobody else's use, and its own is kept.
    if (!may_write) {
      if (!*first_error) *first_error = std::move(may_write).error();
      continue;
    }
    done.push_back(names[i]);
    if (!*may_write) continue;
    std::unique_lock lock(mutex_);
    const LastUsage usage = unsaved_.at(names[i]);
    lock.unlock();
    // No head names its version.
    std::string path = PartPath(names[i], Part::kUsage);
    Bytes sealed = seal::SealRecord(
        *hierarchy_, {.path = path, .account = names[i].account, .version = static_cast<uint64_t>(usage.at.millis)},
        records::EncodeUsage(usage));
    transaction.preconditions.push_back({heads[i], found.records[i]->revision});
    transaction.puts.push_back({std::move(path), std::move(sealed)});
  }
  const size_t count = transaction.puts.size();
  if (count > 0) KAGIMORI_RETURN_IF_ERROR(store::CommitAndWait(*store_, std::move(transaction)));
  std::lock_guard lock(mutex_);
  for (const KeyName& name : done) unsaved_.erase(name);
  return count;
}

}  // namespace kagimori::keys
