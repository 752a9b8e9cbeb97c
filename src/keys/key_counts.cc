#include "keys/key_counts.h"

#include <algorithm>
#include <memory>
#include <string>

#include "keys/managed_key.h"
#include "keys/paths.h"
#include "net/await.h"
#include "seal/path.h"

namespace kagimori::keys {
namespace {

constexpr size_t kPage = 1000;

}  // namespace

Task<Result<uint64_t>> KeyCounts::Get(AccountId account, Region region) {
  const Place place = PlaceOf(account, region);
  while (true) {
    {
      std::lock_guard lock(mutex_);
      const Count& count = counts_[place];
      if (count.state == Count::State::kKnown) co_return count.keys + count.reserved;
    }
    Result<> counted = co_await net::Await<Result<>>(
        [this, account, region](auto callback) { Await(account, region, std::move(callback)); });
    if (!counted) co_return std::unexpected(std::move(counted).error());
  }
}

void KeyCounts::Await(AccountId account, Region region, std::move_only_function<void(Result<>)> done) {
  Count::State before;
  {
    std::lock_guard lock(mutex_);
    Count& count = counts_[PlaceOf(account, region)];
    before = count.state;
    if (before != Count::State::kKnown) {
      count.state = Count::State::kCounting;
      count.waiting.push_back(std::move(done));
    }
  }
  if (before == Count::State::kKnown) return done({});
  if (before == Count::State::kCounting) return;
  if (workers_ == nullptr) return CountNow(account, region);
  if (workers_->Submit([this, account, region] { CountNow(account, region); })) return;
  Finish(account, region, Fail(ErrorKind::kUnavailable, "too much waits to count an account's keys now"));
}

void KeyCounts::CountNow(AccountId account, Region region) { Finish(account, region, CountInStore(account, region)); }

void KeyCounts::Finish(AccountId account, Region region, Result<Counted> counted) {
  std::vector<std::move_only_function<void(Result<>)>> waiting;
  {
    std::lock_guard lock(mutex_);
    Count& count = counts_[PlaceOf(account, region)];
    count.state = counted ? Count::State::kKnown : Count::State::kUnknown;
    if (counted) {
      count.keys = counted->keys;
      count.counted_at = counted->revision;
      for (const auto& [revision, by] : count.meanwhile) Add(revision, by, &count);
    }
    count.meanwhile.clear();
    waiting = std::exchange(count.waiting, {});
  }
  for (auto& done : waiting) done(counted ? Result<>() : std::unexpected(counted.error()));
}

void KeyCounts::Add(store::Revision revision, int by, Count* count) {
  if (revision <= count->counted_at) return;
  if (by > 0) ++count->keys;
  if (by < 0 && count->keys > 0) --count->keys;
}

bool KeyCounts::Reserve(const Key& key) {
  if (!Counts(key)) return true;
  std::lock_guard lock(mutex_);
  Count& count = counts_[PlaceOf(key.name.account, key.name.region)];
  if (count.state == Count::State::kKnown && count.keys + count.reserved >= quotas_->Of(key.name.account).keys)
    return false;
  ++count.reserved;
  return true;
}

void KeyCounts::Settle(const Key& key, std::optional<store::Revision> made) {
  if (!Counts(key)) return;
  {
    std::lock_guard lock(mutex_);
    --counts_[PlaceOf(key.name.account, key.name.region)].reserved;
  }
  if (made) Change(key, *made, 1);
}

void KeyCounts::Gone(const Key& key, store::Revision revision) {
  if (Counts(key)) Change(key, revision, -1);
}

void KeyCounts::Change(const Key& key, store::Revision revision, int by) {
  std::lock_guard lock(mutex_);
  const auto found = counts_.find(PlaceOf(key.name.account, key.name.region));
  if (found == counts_.end()) return;
  Count& count = found->second;
  if (count.state == Count::State::kKnown) Add(revision, by, &count);
  if (count.state == Count::State::kCounting) count.meanwhile.emplace_back(revision, by);
}

// All heads but those that the aliases of services lead to: no head has to be opened. Nobody can delete such an alias
// or its key.
Result<KeyCounts::Counted> KeyCounts::CountInStore(AccountId account, Region region) const {
  KAGIMORI_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, store_->TakeSnapshot());
  Counted counted{.keys = 0, .revision = snapshot->revision()};
  store::RangeRequest request{.begin = HeadPrefix(account, region), .end = {}, .limit = kPage};
  request.end = seal::PrefixEnd(request.begin);
  while (true) {
    KAGIMORI_ASSIGN_OR_RETURN(const store::RangeResult range, snapshot->Range(request));
    counted.keys += range.records.size();
    if (!range.more) break;
    request.begin = range.records.back().key + '\0';
  }
  for (const ManagedService* service : ManagedServices()) {
    const std::string path =
        AliasPath(*hierarchy_, {.account = account, .region = region, .name = std::string(service->alias)});
    KAGIMORI_ASSIGN_OR_RETURN(const store::RangeResult range,
                              snapshot->Range({.begin = path, .end = path + '\0', .limit = 1}));
    counted.keys -= std::min<uint64_t>(counted.keys, range.records.size());
  }
  return counted;
}

}  // namespace kagimori::keys
