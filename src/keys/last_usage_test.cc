#include "keys/last_usage.h"

#include <gtest/gtest.h>

#include "base/sync_wait.h"
#include "keys/paths.h"
#include "keys/records.h"
#include "keys/testing/test_keys.h"
#include "store/blocking.h"

namespace kagimori::keys {
namespace {

using shapes::Operation;
using std::chrono::hours;
using std::chrono::seconds;

LastUsage UseAt(Timestamp at, Operation operation = Operation::kEncrypt) {
  LastUsage usage{.operation = operation, .at = at};
  usage.event_id.fill(1);
  usage.request_id.fill(2);
  return usage;
}

class LastUsageTest : public testing::Test {
 protected:
  std::optional<LastUsage> Find(const KeyName& name) { return SyncWait(tracker.Find(name)).value(); }
  bool IsStored(const KeyName& name) {
    return store::GetAndWait(room.test.store, {PartPath(name, Part::kUsage)})->records[0].has_value();
  }
  // What a new run of the program would find.
  std::optional<LastUsage> FindAfterRestart(const KeyName& name) {
    UsageTracker restarted(room.test.hierarchy.get(), &room.hooked, &clock, 1);
    return SyncWait(restarted.Find(name)).value();
  }

  KeyRoom room;
  ManualClock clock{kTestNow};
  UsageTracker tracker{room.test.hierarchy.get(), &room.hooked, &clock, 2};
  KeyName name = room.Create()->name;
};

TEST_F(LastUsageTest, AKeyThatWasNeverUsedHasNone) {
  EXPECT_EQ(Find(name), std::nullopt);
  EXPECT_EQ(tracker.Save().value(), 0u);
  EXPECT_FALSE(IsStored(name));
}

TEST_F(LastUsageTest, IsKnownAtOnceAndSurvivesOnceItIsSaved) {
  tracker.lane(0)->Note(name, UseAt(kTestNow));
  ASSERT_TRUE(Find(name));
  EXPECT_EQ(Find(name)->operation, Operation::kEncrypt);
  EXPECT_EQ(FindAfterRestart(name), std::nullopt);
  EXPECT_EQ(tracker.Save().value(), 1u);
  for (const std::optional<LastUsage>& found : {Find(name), FindAfterRestart(name)}) {
    ASSERT_TRUE(found);
    EXPECT_EQ(found->at, kTestNow);
    EXPECT_EQ(found->event_id, UseAt(kTestNow).event_id);
    EXPECT_EQ(found->request_id, UseAt(kTestNow).request_id);
  }
  EXPECT_EQ(tracker.Save().value(), 0u) << "nothing is new";
}

TEST_F(LastUsageTest, TheNewestOfAllCoresCounts) {
  tracker.lane(1)->Note(name, UseAt(kTestNow + seconds(5), Operation::kDecrypt));
  tracker.lane(0)->Note(name, UseAt(kTestNow + seconds(3)));
  EXPECT_EQ(Find(name)->operation, Operation::kDecrypt);
  ASSERT_TRUE(tracker.Save());
  EXPECT_EQ(FindAfterRestart(name)->operation, Operation::kDecrypt);
  tracker.lane(0)->Note(name, UseAt(kTestNow + seconds(9), Operation::kReEncrypt));
  EXPECT_EQ(Find(name)->operation, Operation::kReEncrypt);
  ASSERT_TRUE(tracker.Save());
  EXPECT_EQ(FindAfterRestart(name)->at, kTestNow + seconds(9));
}

TEST_F(LastUsageTest, WhatCannotBeSavedIsKeptForTheNextTime) {
  tracker.lane(0)->Note(name, UseAt(kTestNow));
  room.hooked.before_commit = [](const store::Transaction&) { return false; };
  EXPECT_FALSE(tracker.Save());
  EXPECT_EQ(Find(name)->at, kTestNow);
  room.hooked.before_commit = nullptr;
  EXPECT_EQ(tracker.Save().value(), 1u);
  EXPECT_TRUE(FindAfterRestart(name));
}

TEST_F(LastUsageTest, NothingIsWrittenBehindAKeyThatIsGone) {
  tracker.lane(0)->Note(name, UseAt(kTestNow));
  auto key = room.Load();
  Key dying = *key;
  dying.deletion_due = kTestNow + hours(1);
  Change change;
  change.keys.push_back({.before = key, .after = dying, .parts = {}, .material = std::nullopt});
  ASSERT_TRUE(room.Commit(change));
  clock.AdvanceService(hours(2));
  EXPECT_EQ(tracker.Save().value(), 0u);
  EXPECT_FALSE(IsStored(name));
  EXPECT_EQ(tracker.Save().value(), 0u) << "it is forgotten";
}

TEST_F(LastUsageTest, ADamagedKeyHoldsUpNobodyElse) {
  Key other = TestKey();
  other.name.id.bytes[0] ^= 1;
  const KeyName whole = room.Create(other)->name;
  tracker.lane(0)->Note(name, UseAt(kTestNow));
  tracker.lane(0)->Note(whole, UseAt(kTestNow));
  Bytes head = *room.test.Read(HeadPath(name));
  head.back() ^= 1;
  room.test.Write(HeadPath(name), head);
  EXPECT_FALSE(tracker.Save());
  EXPECT_TRUE(FindAfterRestart(whole));
  EXPECT_FALSE(IsStored(name));
  EXPECT_EQ(Find(name)->at, kTestNow) << "it is kept";
}

// Between the look at the head and the commit.
TEST_F(LastUsageTest, AKeyThatChangesMeanwhileIsSavedTheNextTime) {
  tracker.lane(0)->Note(name, UseAt(kTestNow));
  bool changed = false;
  room.hooked.before_commit = [&](const store::Transaction&) {
    if (std::exchange(changed, true)) return true;
    auto key = room.Load();
    Key described = *key;
    described.description = "changed";
    Change change;
    change.keys.push_back({.before = key, .after = described, .parts = {Part::kDescription}, .material = std::nullopt});
    EXPECT_TRUE(room.Commit(change));
    return true;
  };
  EXPECT_EQ(tracker.Save().value(), 0u);
  EXPECT_EQ(Find(name)->at, kTestNow);
  room.hooked.before_commit = nullptr;
  EXPECT_EQ(tracker.Save().value(), 1u);
}

TEST_F(LastUsageTest, MoreKeysThanOneTransactionTakes) {
  std::vector<KeyName> names;
  for (uint8_t i = 0; i < 120; ++i) {
    Key key = TestKey();
    key.name.id.bytes[0] = i;
    key.name.id.bytes[1] = 0xAB;
    names.push_back(room.Create(key)->name);
    tracker.lane(i % 2)->Note(names.back(), UseAt(kTestNow));
  }
  EXPECT_EQ(tracker.Save().value(), 120u);
  for (const KeyName& each : names) EXPECT_TRUE(FindAfterRestart(each));
}

TEST(LastUsageRecord, WhatIsNoUseDoesNotRead) {
  const LastUsage usage = UseAt(kTestNow, Operation::kVerifyMac);
  const auto read = records::DecodeUsage(records::EncodeUsage(usage));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->operation, Operation::kVerifyMac);
  EXPECT_FALSE(records::DecodeUsage(records::EncodeUsage(UseAt(kTestNow, Operation::kListKeys)))) << "not tracked";
  EXPECT_FALSE(records::DecodeUsage(""));
  EXPECT_FALSE(records::DecodeUsage("\xFF"));
  std::string cut = records::EncodeUsage(usage);
  cut.resize(cut.size() - 1);
  EXPECT_FALSE(records::DecodeUsage(cut));
}

}  // namespace
}  // namespace kagimori::keys
