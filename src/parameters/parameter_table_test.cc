#include "parameters/parameter_table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "base/sync_wait.h"
#include "parameters/reaper.h"
#include "parameters/reseal.h"
#include "parameters/value.h"
#include "seal/sealed_record.h"
#include "seal/testing/test_store.h"
#include "secret/compare.h"

namespace kagimori::parameters {
namespace {

const AccountId kAccount = AccountId::FromNumber(111122223333);
const Region kRegion = *Region::Parse("eu-central-1");
constexpr Timestamp kNow{1'750'000'000'000};

ParameterName NameOf(std::string name) { return {.account = kAccount, .region = kRegion, .name = std::move(name)}; }

struct Room {
  Room()
      : table(test.hierarchy.get(), &test.store),
        clock(kNow),
        reaper(test.hierarchy.get(), &test.store, &clock, Event()) {}

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
  Counts Count() { return SyncWait(table.LoadCounts(kAccount, kRegion)).value(); }
  Result<> Commit(const Change& change) {
    Result<store::Revision> done = SyncWait(table.Commit(change, std::nullopt));
    if (!done) return std::unexpected(done.error());
    return {};
  }

  // A new version of it, or a new one.
  Change Draft(const std::string& name, const std::string& value, std::optional<Timestamp> expires = std::nullopt) {
    ParameterPtr before = Load(name);
    Parameter after = before != nullptr ? *before : Parameter{.name = NameOf(name), .created = kNow};
    if (before == nullptr) std::ranges::fill(after.id, static_cast<uint8_t>(++made));
    after.current.number = before != nullptr ? before->current.number + 1 : 1;
    if (after.current.number - after.oldest >= kMaxVersions) ++after.oldest;
    after.current.wrapped = WrapValue(table.hierarchy(), kAccount, after.id, after.current.number,
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

TEST(ParameterTable, Versions) {
  Room room;
  EXPECT_EQ(room.Load("/a/b"), nullptr);
  for (int i = 1; i <= 103; ++i) room.Put("/a/b", "v" + std::to_string(i));
  EXPECT_EQ(room.Load("/a/b")->current.number, 103u);
  EXPECT_EQ(room.Load("/a/b")->oldest, 4u);
  for (uint64_t number : {4u, 50u, 102u, 103u}) EXPECT_EQ(room.ValueAt("/a/b", number), "v" + std::to_string(number));
  EXPECT_EQ(SyncWait(room.table.LoadVersions(room.Load("/a/b"), 4, 100))->size(), 100u);
  EXPECT_EQ(SyncWait(room.table.LoadVersions(room.Load("/a/b"), 102, 100))->size(), 2u);
  EXPECT_EQ(SyncWait(room.table.LoadVersions(room.Load("/a/b"), 102, 1))->back().number, 102u);
  EXPECT_EQ(room.Records(seal::RecordType::kParameterPart), 99u);
}

TEST(ParameterTable, AChangeOfWhatHasChangedIsAConflict) {
  Room room;
  const Change first = room.Draft("/a", "1");
  const Change second = room.Draft("/a", "2");
  ASSERT_TRUE(room.Commit(first));
  EXPECT_EQ(room.Commit(second).error().kind, ErrorKind::kConflict);
}

TEST(ParameterTable, Listings) {
  Room room;
  for (const char* name : {"x", "/y", "/a/1", "/a/2", "/a/b/1", "/a/b/c/1", "/ab/1"}) room.Put(name);
  using Names = std::multiset<std::string>;
  for (size_t limit : {1u, 2u, 100u}) {
    EXPECT_EQ(room.List("/a", Depth::kOneLevel, limit), (Names{"/a/1", "/a/2"}));
    EXPECT_EQ(room.List("/a", Depth::kAll, limit), (Names{"/a/1", "/a/2", "/a/b/1", "/a/b/c/1"}));
    EXPECT_EQ(room.List("/", Depth::kOneLevel, limit), (Names{"x", "/y"}));
    EXPECT_EQ(room.List("/", Depth::kAll, limit).size(), 7u);
  }
  EXPECT_FALSE(SyncWait(room.table.List(NameOf("/a"), Depth::kAll, "elsewhere", 1)));
}

TEST(ParameterTable, WhatIsLeftOfADeletedOneGoes) {
  Room room;
  for (int i = 0; i < 90; ++i) room.Put("/a/b/c");
  room.Delete("/a/b/c");
  EXPECT_EQ(room.Load("/a/b/c"), nullptr);
  EXPECT_EQ(room.List("/a", Depth::kAll, 10).size(), 0u);
  EXPECT_EQ(room.Count().standard, 0u);
  room.reaper.RunOnce().value();
  for (auto type :
       {seal::RecordType::kParameterPart, seal::RecordType::kParameterEntry, seal::RecordType::kParameterGone})
    EXPECT_EQ(room.Records(type), 0u);
}

TEST(ParameterTable, ASuccessorKeepsItsEntries) {
  Room room;
  room.Put("/a/b/c", "old");
  room.Put("/a/b/c", "older");
  room.Delete("/a/b/c");
  room.Put("/a/b/c", "new");
  room.reaper.RunOnce().value();
  EXPECT_EQ(room.List("/a", Depth::kAll, 10).size(), 1u);
  EXPECT_EQ(room.ValueAt("/a/b/c", 1), "new");
  EXPECT_EQ(room.Records(seal::RecordType::kParameterPart), 0u);
}

TEST(ParameterTable, Expiry) {
  Room room;
  room.Put("/a/b", "v", kNow + std::chrono::hours(1));
  room.Put("/a/c", "v", kNow + std::chrono::hours(3));
  EXPECT_EQ(room.reaper.RunOnce().value(), 0u);
  room.clock.AdvanceService(std::chrono::hours(2));
  EXPECT_TRUE(room.Load("/a/b")->GoneAt(room.clock.Service()));
  EXPECT_EQ(room.reaper.RunOnce().value(), 1u);
  EXPECT_EQ(room.expired, std::vector<std::string>{"/a/b"});
  EXPECT_EQ(room.Load("/a/b"), nullptr);
  EXPECT_EQ(room.Count().standard, 1u);
  EXPECT_EQ(room.Records(seal::RecordType::kParameterDue), 1u);
}

TEST(ParameterTable, AValueMovesToAnotherTerm) {
  Room room;
  room.Put("/a", "one");
  room.Put("/a", "two");
  ASSERT_TRUE(room.test.hierarchy->BeginTerm(&room.test.store, {kNow, 0}));
  for (auto type : {seal::RecordType::kParameter, seal::RecordType::kParameterPart}) {
    const std::string prefix = seal::Path(type).text();
    auto range = store::RangeAndWait(room.test.store, {.begin = prefix, .end = seal::PrefixEnd(prefix)}).value();
    for (const store::Record& record : range.records) {
      ASSERT_TRUE(MayHoldValue(record.key));
      auto opened = seal::OpenRecord(*room.test.hierarchy, record.key, kAccount, record.value).value();
      WrappedValue value = ValueIn(record.key, opened.message)->value();
      auto secret = seal::UnwrapSecret(*room.test.hierarchy, kAccount, value.binding, value.wrapped).value();
      Bytes anew = seal::WrapSecret(*room.test.hierarchy, kAccount, value.binding, secret);
      std::string message = WithValue(record.key, opened.message, anew).value();
      room.test.Write(
          record.key,
          seal::SealRecordWithSecret(
              *room.test.hierarchy, {.path = record.key, .account = kAccount, .version = opened.version}, anew, message)
              .value());
    }
  }
  EXPECT_EQ(room.ValueAt("/a", 1), "one");
  EXPECT_EQ(room.ValueAt("/a", 2), "two");
}

TEST(ParameterTable, ARecordInAnothersPlaceIsFound) {
  Room room;
  room.Put("/a", "one");
  room.Put("/b", "two");
  const std::string a = HeadPath(*room.test.hierarchy, NameOf("/a"));
  const std::string b = HeadPath(*room.test.hierarchy, NameOf("/b"));
  room.test.Write(a, *room.test.Read(b));
  EXPECT_EQ(SyncWait(room.table.Load(NameOf("/a"))).error().kind, ErrorKind::kCorrupt);
}

}  // namespace
}  // namespace kagimori::parameters
