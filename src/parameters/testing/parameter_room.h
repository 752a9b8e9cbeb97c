#ifndef KAGIMORI_PARAMETERS_TESTING_PARAMETER_ROOM_H_
#define KAGIMORI_PARAMETERS_TESTING_PARAMETER_ROOM_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/sync_wait.h"
#include "parameters/parameter_table.h"
#include "parameters/reaper.h"
#include "parameters/value.h"
#include "seal/path.h"
#include "seal/sealed_record.h"
#include "seal/testing/test_store.h"
#include "secret/testing/secret_testing.h"
#include "store/blocking.h"

// For tests of this room.
namespace kagimori::parameters {

inline const AccountId kTestAccount = AccountId::FromNumber(111122223333);
inline const Region kTestRegion = *Region::Parse("eu-central-1");
inline constexpr Timestamp kTestNow{1'750'000'000'000};

inline ParameterName NameOf(std::string name) {
  return {.account = kTestAccount, .region = kTestRegion, .name = std::move(name)};
}

// A store with parameters in it, changed as the operations change them.
struct Room {
  Room()
      : table(test.hierarchy.get(), &test.store),
        clock(kTestNow),
        reaper(test.hierarchy.get(), &test.store, &table, &clock, Event()) {}

  Reaper::MakeEvent Event() {
    return [this](const Parameter& parameter) {
      expired.push_back(parameter.name.name);
      // A record of its own in the place of the outbox.
      std::string path = seal::Path(seal::RecordType::kOutbox).Number<8>(expired.size()).text();
      Bytes sealed = seal::SealRecord(*test.hierarchy, {.path = path, .account = seal::kNoAccount, .version = 1}, "{}");
      return Reaper::Event{.put = {std::move(path), std::move(sealed)}, .deliver = [] { return Result<>(); }};
    };
  }

  ParameterPtr Load(const std::string& name) { return SyncWait(table.Load(NameOf(name))).value(); }
  Counts Count() { return SyncWait(table.LoadCounts(kTestAccount, kTestRegion)).value(); }
  Result<> Commit(const Change& change) {
    Result<store::Revision> done = SyncWait(table.Commit(change, std::nullopt));
    if (!done) return std::unexpected(done.error());
    return {};
  }

  // A new version of it, or a new one.
  Change Draft(const std::string& name, const std::string& value, std::optional<Timestamp> expires = std::nullopt) {
    ParameterPtr before = Load(name);
    Parameter after = before != nullptr ? *before : Parameter{.name = NameOf(name), .created = kTestNow};
    if (before == nullptr) std::ranges::fill(after.id, static_cast<uint8_t>(++made));
    after.current.number = before != nullptr ? before->current.number + 1 : 1;
    if (after.current.number - after.oldest >= kMaxVersions) ++after.oldest;
    after.current.wrapped = WrapValue(table.hierarchy(), kTestAccount, after.id, after.current.number,
                                      secret::SecretBytes::CopyOf(AsBytes(value)));
    after.expires = expires;
    Change change;
    if (before == nullptr) {
      change.counts = Count();
      ++change.counts->standard;
    }
    change.parameters.push_back(
        {.before = before, .after = std::move(after), .labels = std::nullopt, .tags = std::nullopt});
    return change;
  }
  void Put(const std::string& name, const std::string& value = "v", std::optional<Timestamp> expires = std::nullopt) {
    ASSERT_TRUE(Commit(Draft(name, value, expires)));
  }
  void Delete(const std::string& name) {
    Change change;
    change.counts = Count();
    --change.counts->standard;
    change.parameters.push_back(
        {.before = Load(name), .after = std::nullopt, .labels = std::nullopt, .tags = std::nullopt});
    ASSERT_TRUE(Commit(change));
  }
  std::string ValueAt(const std::string& name, uint64_t number) {
    ParameterPtr parameter = Load(name);
    Version version = SyncWait(table.LoadVersion(parameter, number)).value();
    secret::SecretBytes value = UnwrapValue(table.hierarchy(), parameter->name, parameter->id, version).value();
    return std::string(AsText(secret::SecretTesting::BytesOf(value)));
  }
  // Every page's names; each page has at most `limit`.
  std::multiset<std::string> List(const std::string& level, Depth depth, size_t limit) {
    std::multiset<std::string> names;
    std::string from;
    do {
      ParameterTable::Page page = SyncWait(table.List(NameOf(level), depth, from, limit)).value();
      EXPECT_LE(page.parameters.size(), limit);
      for (const ParameterPtr& parameter : page.parameters) names.insert(parameter->name.name);
      from = page.next;
    } while (!from.empty());
    return names;
  }
  // Records of a type.
  size_t Records(seal::RecordType type) {
    const std::string prefix = seal::Path(type).text();
    return store::RangeAndWait(test.store, {.begin = prefix, .end = seal::PrefixEnd(prefix)}).value().records.size();
  }

  seal::TestStore test;
  ParameterTable table;
  ManualClock clock;
  std::vector<std::string> expired;
  Reaper reaper;
  int made = 0;
};

}  // namespace kagimori::parameters

#endif  // KAGIMORI_PARAMETERS_TESTING_PARAMETER_ROOM_H_
