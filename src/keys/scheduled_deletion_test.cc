#include "keys/scheduled_deletion.h"

#include <gtest/gtest.h>

#include <set>

#include "keys/destroyed_keys.h"
#include "keys/grant_records.h"
#include "keys/testing/test_grants.h"
#include "seal/sealed_record.h"
#include "store/limits.h"

namespace kagimori::keys {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

class ScheduledDeletionTest : public testing::Test {
 protected:
  ScheduledDeletion Reaper(std::chrono::seconds wait = std::chrono::seconds(0)) {
    return {&room.hierarchy(),
            &room.hooked,
            &room.table,
            &clock,
            [this] { return uptime; },
            {.uptime_before_destruction = wait},
            [this](const Key& key) {
              ScheduledDeletion::EventLine event{.id = {}, .line = key.arn};
              event.id[0] = ++events;
              return event;
            },
            [this](std::span<const ScheduledDeletion::EventLine> events) -> Result<> {
              for (const auto& event : events) delivered.push_back(event.line);
              return {};
            }};
  }

  // A key with parts and aliases that is due at `due`.
  void CreateDue(const KeyName& name, uint8_t material, Timestamp due = kTestNow,
                 const std::vector<std::string>& aliases = {}) {
    Key key = TestKey(name);
    key.description = "d";
    key.tags = {{"k", "v"}};
    room.Create(std::move(key), material);
    for (const std::string& alias : aliases) room.AddAlias(room.Load(name), alias);
    room.Update(room.Load(name), [&](Key& edited) {
      edited.stored_state = KeyState::kPendingDeletion;
      edited.deletion_due = due;
    });
  }
  void ExpectNothingLeft(const KeyName& name) {
    EXPECT_TRUE(room.Paths(HeadPath(name)).empty());
    EXPECT_EQ(room.Paths(PartPrefix(name)), std::vector{DestroyedPath(name)}) << "but that there was one";
    EXPECT_TRUE(WasDestroyed(room.test.store, name).value());
    EXPECT_TRUE(room.Paths(DuePrefix()).empty());
    EXPECT_TRUE(room.Paths(AliasPrefix(name.account, name.region)).empty());
  }

  KeyRoom room;
  ManualClock clock{kTestNow};
  uint64_t uptime = 100;
  uint8_t events = 0;
  std::vector<std::string> delivered;
};

TEST_F(ScheduledDeletionTest, NothingBeforeTheTime) {
  CreateDue(TestName(), 1, kTestNow + milliseconds(1), {"alias/x"});
  auto reaper = Reaper();
  EXPECT_EQ(reaper.RunOnce().value(), 0u);
  EXPECT_NE(room.LoadAlias("alias/x"), nullptr);
  EXPECT_EQ(room.Load()->due_seen_uptime, 0u);
  clock.AdvanceService(milliseconds(1));
  EXPECT_EQ(reaper.RunOnce().value(), 1u);
  ExpectNothingLeft(TestName());
  EXPECT_EQ(delivered, std::vector{TestName().Arn()});
  EXPECT_TRUE(room.test.Read(OutboxPath(ByteArray<16>{1}))) << "the event is committed with the deletion";
  EXPECT_EQ(reaper.RunOnce().value(), 0u);
}

TEST_F(ScheduledDeletionTest, MaterialGoesOnlyAfterItsTimeOfUptime) {
  CreateDue(TestName(), 1, kTestNow, {"alias/x", "alias/y"});
  auto reaper = Reaper(hours(24));
  EXPECT_EQ(reaper.RunOnce().value(), 0u);
  EXPECT_TRUE(room.Paths(AliasPrefix(kTestAccount, kTestRegion)).empty()) << "the aliases go at once";
  auto key = room.Load();
  ASSERT_NE(key, nullptr);
  EXPECT_EQ(key->materials.size(), 1u);
  EXPECT_TRUE(key->aliases.empty());
  clock.AdvanceService(hours(24 * 365));  // the clock alone destroys nothing
  EXPECT_EQ(reaper.RunOnce().value(), 0u);
  uptime += 86'399;
  EXPECT_EQ(reaper.RunOnce().value(), 0u);
  EXPECT_EQ(room.Load()->materials.size(), 1u);
  uptime += 1;
  EXPECT_EQ(reaper.RunOnce().value(), 1u);
  ExpectNothingLeft(TestName());
}

// After a crash the observed uptime is up to a minute behind what was noted.
TEST_F(ScheduledDeletionTest, AnUptimeThatIsBehindWaits) {
  CreateDue(TestName(), 1);
  auto reaper = Reaper(hours(24));
  ASSERT_TRUE(reaper.RunOnce());
  uptime -= 60;
  EXPECT_EQ(reaper.RunOnce().value(), 0u);
  EXPECT_NE(room.Load(), nullptr);
}

TEST_F(ScheduledDeletionTest, ACancelledDeletionDestroysNothing) {
  CreateDue(TestName(), 1, kTestNow + hours(1));
  room.Update(room.Load(), [](Key& key) {
    key.stored_state = KeyState::kDisabled;
    key.deletion_due.reset();
  });
  clock.AdvanceService(hours(2));
  EXPECT_EQ(Reaper().RunOnce().value(), 0u);
  EXPECT_EQ(room.Load()->materials.size(), 1u);
}

// The caller who cancels while the reaper looks is faster: the reaper's step is a conflict and no error.
TEST_F(ScheduledDeletionTest, AChangeMeanwhileIsNoError) {
  CreateDue(TestName(), 1);
  auto key = room.Load();
  bool done = false;
  room.hooked.before_commit = [&](const store::Transaction&) {
    if (!std::exchange(done, true)) {
      Change change;
      change.keys.push_back({.before = key, .after = *key, .parts = {}, .material = std::nullopt});
      change.keys[0].after.deletion_due = kTestNow + hours(1);
      auto transaction = BuildTransaction(room.hierarchy(), change, {.id = {9}, .line = "{}"}).value();
      store::CommitAndWait(room.test.store, std::move(transaction)).value();
    }
    return true;
  };
  EXPECT_EQ(Reaper().RunOnce().value(), 0u);
  EXPECT_EQ(room.Load()->materials.size(), 1u);
}

TEST_F(ScheduledDeletionTest, ManyMaterialsGoInBoundedSteps) {
  auto key = room.Create();
  for (uint8_t i = 2; i <= 150; ++i) {
    Change change;
    change.keys.push_back({.before = key, .after = *key, .parts = {}, .material = KeyRoom::MaterialOf(i)});
    room.Commit(change).value();
    key = room.Load();
  }
  ASSERT_EQ(key->materials.size(), 150u);
  room.Update(key, [](Key& edited) { edited.deletion_due = kTestNow; });
  size_t steps = 0;
  room.hooked.before_commit = [&](const store::Transaction& transaction) {
    ++steps;
    EXPECT_LE(transaction.preconditions.size() + transaction.puts.size() + transaction.deletes.size(),
              store::kMaxTransactionOperations);
    EXPECT_FALSE(transaction.preconditions.empty());
    return true;
  };
  EXPECT_EQ(Reaper().RunOnce().value(), 1u);
  EXPECT_GE(steps, 4u);
  ExpectNothingLeft(TestName());
}

TEST_F(ScheduledDeletionTest, ManyAliasesGoInBoundedSteps) {
  std::vector<std::string> names;
  for (int i = 0; i < 50; ++i) names.push_back("alias/" + std::to_string(i));
  CreateDue(TestName(), 1, kTestNow, names);
  ASSERT_EQ(room.Paths(AliasPrefix(kTestAccount, kTestRegion)).size(), 50u);
  EXPECT_EQ(Reaper(hours(24)).RunOnce().value(), 0u);
  EXPECT_TRUE(room.Paths(AliasPrefix(kTestAccount, kTestRegion)).empty());
  EXPECT_TRUE(room.Load()->aliases.empty());
  EXPECT_FALSE(room.test.Read(PartPath(TestName(), Part::kAliases)));
}

// Wherever the power goes, the next run brings it to its end, with one event.
TEST_F(ScheduledDeletionTest, ACrashAtAnyStepIsMadeGoodByTheNextRun) {
  for (size_t crash_at = 1;; ++crash_at) {
    uint8_t byte = static_cast<uint8_t>(crash_at);
    CreateDue(TestName(byte), byte, kTestNow, {"alias/x"});
    delivered.clear();
    size_t commits = 0;
    room.hooked.before_commit = [&](const store::Transaction&) { return ++commits != crash_at; };
    bool crashed = !Reaper().RunOnce();
    room.hooked.before_commit = nullptr;
    EXPECT_TRUE(room.TryLoad(TestName(byte))) << "a key half destroyed can be read";
    EXPECT_EQ(Reaper().RunOnce().value(), crashed ? 1u : 0u);
    ExpectNothingLeft(TestName(byte));
    EXPECT_EQ(delivered.size(), 1u);
    if (!crashed) {
      EXPECT_GE(crash_at, 4u);
      return;
    }
  }
}

// CreateAlias takes over a name whose key is gone although nobody has cleaned up yet. The clean-up must leave that
// alias alone.
TEST_F(ScheduledDeletionTest, AnAliasThatWasGivenToAnotherKeyStays) {
  CreateDue(TestName(1), 1, kTestNow, {"alias/mine", "alias/taken"});
  room.Create(TestKey(TestName(2)), 2);
  room.AddAlias(room.Load(TestName(2)), "alias/taken", room.LoadAlias("alias/taken"));
  ASSERT_EQ(room.LoadAlias("alias/taken")->target, TestName(2).id);
  EXPECT_EQ(Reaper().RunOnce().value(), 1u);
  EXPECT_EQ(room.LoadAlias("alias/mine"), nullptr);
  auto taken = room.LoadAlias("alias/taken");
  ASSERT_NE(taken, nullptr);
  EXPECT_EQ(taken->target, TestName(2).id);
  EXPECT_EQ(room.Load(TestName(2))->aliases, std::vector<std::string>{"alias/taken"});
}

// All that belongs to a key's grants goes with it, wherever it stands.
TEST_F(ScheduledDeletionTest, FiftyThousandGrantsGoInBoundedSteps) {
  CreateDue(TestName(), 1);
  // What the grants of 1,000 grantees come to, in fewer transactions than one by one.
  constexpr int kGrants = 50'000;
  constexpr int kAtOnce = 32;  // of up to three records each
  for (int made = 0; made < kGrants;) {
    store::Transaction transaction;
    for (int i = 0; i < kAtOnce && made < kGrants; ++i, ++made) {
      Grant grant = TestGrant(TestRole(std::to_string(made % 1000)));
      grant.retiring = TestRole(std::to_string(made % 7), kTestAccount);
      grant.id.grantee = GranteeMarker(room.hierarchy(), {.key = grant.key, .grantee = grant.grantee.form});
      for (size_t byte = 0; byte < 4; ++byte) grant.id.random[byte] = static_cast<uint8_t>(made >> (8 * byte));
      auto put = [&](std::string path, AccountId account, const std::string& message) {
        Bytes value = seal::SealRecord(room.hierarchy(), {.path = path, .account = account, .version = 1}, message);
        transaction.puts.push_back({std::move(path), std::move(value)});
      };
      put(GrantPath(grant.key, grant.id), kTestAccount, records::EncodeGrant(grant));
      put(RetirablePath(room.hierarchy(), *grant.retiring, grant.key, grant.id), kTestAccount, {});
      if (made < 1000)
        put(GranteeHeadPath(grant.key, grant.id.grantee), kTestAccount,
            records::EncodeGranteeHead({.count = kGrants / 1000}));
    }
    store::CommitAndWait(room.test.store, std::move(transaction)).value();
  }
  size_t steps = 0;
  room.hooked.before_commit = [&](const store::Transaction& transaction) {
    ++steps;
    EXPECT_TRUE(store::CheckTransaction(transaction));
    EXPECT_FALSE(transaction.preconditions.empty());
    return true;
  };
  EXPECT_EQ(Reaper().RunOnce().value(), 1u);
  EXPECT_GT(steps, 1000u);
  ExpectNothingLeft(TestName());
  EXPECT_TRUE(room.Paths(GrantRecordsPrefix(TestName())).empty());
  EXPECT_TRUE(room.Paths(std::string(1, static_cast<char>(seal::RecordType::kRetirable))).empty());
  EXPECT_EQ(delivered.size(), 1u);
}

// The material goes first: neither many grants nor a damaged one keep it alive.
TEST_F(ScheduledDeletionTest, ADamagedGrantDoesNotKeepTheMaterial) {
  GrantRoom grants;
  const GrantId id = grants.Give(TestGrant());
  grants.Update(grants.Load(), [](Key& edited) { edited.deletion_due = kTestNow; });
  grants.test.Write(GrantPath(TestName(), id), Bytes(100, 7));
  ScheduledDeletion reaper(
      &grants.hierarchy(), &grants.hooked, &grants.table, &clock, [] { return uint64_t{0}; },
      {.uptime_before_destruction = {}}, [](const Key&) { return ScheduledDeletion::EventLine{}; },
      [](std::span<const ScheduledDeletion::EventLine>) -> Result<> { return {}; });
  EXPECT_FALSE(reaper.RunOnce()) << "the operator hears of it";
  EXPECT_TRUE(grants.Paths(PartPrefix(TestName())).empty());
  EXPECT_NE(grants.Load(), nullptr) << "what is left is still somebody's";
}

TEST_F(ScheduledDeletionTest, ACrashBetweenGrantsIsMadeGoodByTheNextRun) {
  for (size_t crash_at = 1;; ++crash_at) {
    GrantRoom grants;
    Grant grant = TestGrant();
    grant.name = "n";
    grant.retiring = TestRole("R");
    grants.Give(grant);
    grants.Update(grants.Load(), [](Key& edited) { edited.deletion_due = kTestNow; });
    size_t commits = 0;
    grants.hooked.before_commit = [&](const store::Transaction&) { return ++commits != crash_at; };
    ScheduledDeletion reaper(
        &grants.hierarchy(), &grants.hooked, &grants.table, &clock, [] { return uint64_t{0}; },
        {.uptime_before_destruction = {}}, [](const Key&) { return ScheduledDeletion::EventLine{}; },
        [](std::span<const ScheduledDeletion::EventLine>) -> Result<> { return {}; });
    const bool crashed = !reaper.RunOnce();
    grants.hooked.before_commit = nullptr;
    EXPECT_EQ(reaper.RunOnce().value(), crashed ? 1u : 0u);
    EXPECT_EQ(grants.Paths(PartPrefix(TestName())), std::vector{DestroyedPath(TestName())});
    for (auto type :
         {seal::RecordType::kKey, seal::RecordType::kGrant, seal::RecordType::kRetirable, seal::RecordType::kDue}) {
      EXPECT_TRUE(grants.Paths(std::string(1, static_cast<char>(type))).empty()) << crash_at;
    }
    if (!crashed) {
      EXPECT_GE(crash_at, 6u);
      return;
    }
  }
}

// One damaged key must not keep the others' material alive.
TEST_F(ScheduledDeletionTest, ADamagedKeyDoesNotHoldUpTheOthers) {
  CreateDue(TestName(1), 1, kTestNow - hours(1));
  CreateDue(TestName(2), 2, kTestNow);
  room.Delete(MaterialPath(TestName(1), TestMaterialId(1)));
  auto run = Reaper().RunOnce();
  ASSERT_FALSE(run) << "the operator hears of it";
  EXPECT_EQ(run.error().kind, ErrorKind::kCorrupt);
  EXPECT_EQ(room.Load(TestName(2)), nullptr);
  EXPECT_EQ(room.Paths(PartPrefix(TestName(2))), std::vector{DestroyedPath(TestName(2))});
}

TEST_F(ScheduledDeletionTest, ADamagedScheduleDoesNotHoldUpTheOthers) {
  CreateDue(TestName(1), 1, kTestNow - hours(1));
  CreateDue(TestName(2), 2, kTestNow);
  room.test.Write(DuePath(kTestNow - hours(1), TestName(1)), Bytes{1, 2, 3});
  EXPECT_EQ(Reaper().RunOnce().error().kind, ErrorKind::kCorrupt);
  EXPECT_EQ(room.Load(TestName(2)), nullptr);
  EXPECT_NE(room.Load(TestName(1)), nullptr);
}

}  // namespace
}  // namespace kagimori::keys
