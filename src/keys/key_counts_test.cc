#include "keys/key_counts.h"

#include <gtest/gtest.h>

#include "keys/managed_key.h"
#include "keys/testing/test_keys.h"
#include "store/blocking.h"

namespace kagimori::keys {
namespace {

class KeyCountsTest : public testing::Test {
 protected:
  uint64_t Count(AccountId account = kTestAccount) { return SyncWait(counts.Get(account, kTestRegion)).value(); }
  Result<store::Revision> Create(uint8_t byte) {
    Change change;
    change.keys.push_back(
        {.before = nullptr, .after = TestKey(TestName(byte)), .parts = {}, .material = KeyRoom::MaterialOf(byte)});
    OutboxEvent event = room.NextEvent();
    return SyncWait(committer.Commit(change, event));
  }

  KeyRoom room;
  ResourceQuotas quotas = ResourceQuotas::Parse("keys=3").value();
  KeyCounts counts{&room.hierarchy(), &room.hooked, &quotas, nullptr};
  Committer committer{&room.hierarchy(), &room.hooked, &room.table, &counts};
};

TEST_F(KeyCountsTest, CountsWhatIsThereAndThenWhatComes) {
  room.Create(TestKey(TestName(1)), 1);
  room.Create(TestKey(TestName(2, kOtherAccount)), 2);
  EXPECT_EQ(Count(), 1u);
  EXPECT_EQ(Count(kOtherAccount), 1u);
  ASSERT_TRUE(Create(3));
  EXPECT_EQ(Count(), 2u);
  EXPECT_EQ(SyncWait(counts.Get(kTestAccount, *Region::Parse("us-east-1"))).value(), 0u);
}

TEST_F(KeyCountsTest, TheLastPlaceIsGivenOnce) {
  EXPECT_EQ(Count(), 0u);
  const Key key = TestKey(TestName(9));
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(counts.Reserve(key));
  EXPECT_FALSE(counts.Reserve(key));
  EXPECT_EQ(Count(), 3u) << "those that are being made count";
  counts.Settle(key, std::nullopt);
  EXPECT_TRUE(Create(1)) << "a place that was given back";
  EXPECT_EQ(Create(2).error().kind, ErrorKind::kConflict);
  EXPECT_EQ(room.Load(TestName(2)), nullptr);
}

TEST_F(KeyCountsTest, ACommitThatFailsTakesNoPlace) {
  EXPECT_EQ(Count(), 0u);
  room.hooked.before_commit = [](const store::Transaction&) { return false; };
  for (uint8_t i = 1; i < 10; ++i) EXPECT_FALSE(Create(i));
  room.hooked.before_commit = nullptr;
  EXPECT_EQ(Count(), 0u);
}

TEST_F(KeyCountsTest, WhatIsGoneMakesRoom) {
  for (uint8_t i = 1; i <= 3; ++i) ASSERT_TRUE(Create(i));
  EXPECT_EQ(Count(), 3u);
  counts.Gone(*room.Load(TestName(1)), store::GetAndWait(room.hooked, {}).value().revision + 1);
  EXPECT_EQ(Count(), 2u);
}

TEST_F(KeyCountsTest, ManagedKeysDoNotCount) {
  Key made = TestKey();
  auto make = [&] {
    const Change change = MakeManagedKey(kSsmService, kTestAccount, kTestRegion, kTestNow, &made);
    OutboxEvent event = room.NextEvent();
    return SyncWait(committer.Commit(change, event));
  };
  ASSERT_TRUE(make());
  ASSERT_TRUE(Create(1));
  EXPECT_EQ(Count(), 1u);
  KeyCounts full(&room.hierarchy(), &room.hooked, &quotas, nullptr);
  for (uint8_t i = 2; i <= 3; ++i) ASSERT_TRUE(Create(i));
  EXPECT_EQ(SyncWait(full.Get(kTestAccount, kTestRegion)).value(), 3u);
  EXPECT_TRUE(full.Reserve(made)) << "there is no quota for them";
}

// Keys that come and go while the others are being counted, before and after the count's snapshot.
TEST_F(KeyCountsTest, WhatHappensMeanwhileCountsOnce) {
  room.Create(TestKey(TestName(7)), 7);
  const Key gone = *room.Load(TestName(7));
  room.hooked.before_snapshot = [&] { EXPECT_TRUE(Create(1)); };
  room.hooked.after_snapshot = [&] {
    EXPECT_TRUE(Create(2));
    counts.Gone(gone, store::GetAndWait(room.hooked, {}).value().revision);
    EXPECT_TRUE(Create(3));
  };
  EXPECT_EQ(Count(), 3u);
}

TEST_F(KeyCountsTest, WhatTheCountHasAlreadyIsNotTakenOffTwice) {
  for (uint8_t i = 1; i <= 2; ++i) ASSERT_TRUE(Create(i));
  EXPECT_EQ(Count(), 2u);
  const store::Revision counted_at = store::GetAndWait(room.hooked, {}).value().revision;
  counts.Gone(*room.Load(TestName(1)), counted_at);  // told of late
  EXPECT_EQ(Count(), 2u);
}

TEST_F(KeyCountsTest, WorkersWithoutRoomAreAnErrorAndNotAnEmptyAccount) {
  WorkerPool closed(WorkerPool::Options{.name = "count", .threads = 1, .max_waiting = 1});
  closed.Close();
  KeyCounts none(&room.hierarchy(), &room.hooked, &quotas, &closed);
  EXPECT_EQ(SyncWait(none.Get(kTestAccount, kTestRegion)).error().kind, ErrorKind::kUnavailable);
  EXPECT_EQ(SyncWait(none.Get(kTestAccount, kTestRegion)).error().kind, ErrorKind::kUnavailable) << "asked again";
}

}  // namespace
}  // namespace kagimori::keys
