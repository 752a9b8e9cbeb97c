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
#include "parameters/testing/parameter_room.h"
#include "parameters/value.h"
#include "seal/sealed_record.h"
#include "seal/testing/test_store.h"
#include "secret/compare.h"

namespace kagimori::parameters {
namespace {

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
  room.Put("/a/b", "v", kTestNow + std::chrono::hours(1));
  room.Put("/a/c", "v", kTestNow + std::chrono::hours(3));
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
  ASSERT_TRUE(room.test.hierarchy->BeginTerm(&room.test.store, {kTestNow, 0}));
  for (auto type : {seal::RecordType::kParameter, seal::RecordType::kParameterPart}) {
    const std::string prefix = seal::Path(type).text();
    auto range = store::RangeAndWait(room.test.store, {.begin = prefix, .end = seal::PrefixEnd(prefix)}).value();
    for (const store::Record& record : range.records) {
      ASSERT_TRUE(MayHoldValue(record.key));
      auto opened = seal::OpenRecord(*room.test.hierarchy, record.key, kTestAccount, record.value).value();
      WrappedValue value = ValueIn(record.key, opened.message)->value();
      auto secret = seal::UnwrapSecret(*room.test.hierarchy, kTestAccount, value.binding, value.wrapped).value();
      Bytes anew = seal::WrapSecret(*room.test.hierarchy, kTestAccount, value.binding, secret);
      std::string message = WithValue(record.key, opened.message, anew).value();
      room.test.Write(record.key,
                      seal::SealRecordWithSecret(
                          *room.test.hierarchy,
                          {.path = record.key, .account = kTestAccount, .version = opened.version}, anew, message)
                          .value());
    }
  }
  EXPECT_EQ(room.ValueAt("/a", 1), "one");
  EXPECT_EQ(room.ValueAt("/a", 2), "two");
}

TEST(ParameterTable, WhatWasReadIsKeptUntilItChanges) {
  Room room;
  for (const char* name : {"/a/1", "/a/2"}) room.Put(name);
  const ParameterPtr first = room.Load("/a/1");
  EXPECT_EQ(room.Load("/a/1"), first);
  for (Depth depth : {Depth::kOneLevel, Depth::kAll}) {
    const auto page = SyncWait(room.table.List(NameOf(depth == Depth::kAll ? "/" : "/a"), depth, "", 10)).value();
    EXPECT_EQ(page.parameters.size(), 2u);
    EXPECT_EQ(std::ranges::count(page.parameters, first), 1);
  }
  room.Put("/a/1", "another");
  EXPECT_EQ(room.ValueAt("/a/1", 2), "another");
  EXPECT_EQ(room.Load("/a/2")->current.number, 1u);
  room.Delete("/a/1");
  EXPECT_EQ(room.Load("/a/1"), nullptr);
}

// As when all records are sealed anew: what was read before does not keep anybody from changing it, and is let go of.
TEST(ParameterTable, WhatOthersWrotePassesOneConflict) {
  Room room;
  room.Put("/a");
  const Change change = room.Draft("/a", "two");
  const std::string path = HeadPath(*room.test.hierarchy, NameOf("/a"));
  room.test.Write(path, *room.test.Read(path));
  EXPECT_EQ(room.Commit(change).error().kind, ErrorKind::kConflict);
  EXPECT_TRUE(room.Commit(room.Draft("/a", "two")));
  const ParameterPtr before = room.Load("/a");
  room.test.Write(path, *room.test.Read(path));
  EXPECT_EQ(room.Load("/a"), before);
  room.table.ForgetAll();
  EXPECT_NE(room.Load("/a")->revision, before->revision);
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
