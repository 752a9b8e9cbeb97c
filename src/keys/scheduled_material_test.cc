#include "keys/scheduled_material.h"

#include <gtest/gtest.h>

#include <set>

#include "keys/destroyed_keys.h"
#include "keys/due.h"
#include "keys/material_life.h"
#include "keys/scheduled_deletion.h"
#include "keys/structure_check.h"
#include "keys/testing/test_keys.h"
#include "seal/sealed_record.h"

namespace kagimori::keys {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using Happening = ScheduledMaterial::Happening;

constexpr hours kDay{24};

class ScheduledMaterialTest : public testing::Test {
 protected:
  ScheduledMaterial Worker(std::chrono::seconds wait = std::chrono::seconds(0)) {
    ScheduledMaterial::Options options{.uptime_before_destruction = wait, .at_once = 64};
    return {&room.hierarchy(),
            &room.hooked,
            &room.table,
            &clock,
            [this] { return uptime; },
            options,
            [this](const Key& key, Happening happening) {
              ServiceEvent event{.id = {}, .line = key.arn};
              event.id[0] = 1;
              event.id[1] = static_cast<uint8_t>(++events >> 8);
              event.id[2] = static_cast<uint8_t>(events);
              happenings.push_back(happening);
              return event;
            },
            [this](std::span<const ServiceEvent> together) -> Result<> {
              for (const ServiceEvent& event : together) delivered.push_back(event.line);
              ++deliveries;
              return {};
            }};
  }

  void Rotating(const KeyName& name, uint8_t material, uint32_t days = 90) {
    room.Create(TestKey(name), material);
    room.Update(room.Load(name), [&](Key& key) { StartRotation(days, clock.Service(), &key); });
  }
  // An imported key, whose material ends then.
  void Imported(const KeyName& name, std::optional<Timestamp> valid_to, KeyState state = KeyState::kEnabled) {
    Key key = TestKey(name);
    key.origin = OriginType::kExternal;
    key.stored_state = state;
    room.Create(std::move(key));
    room.Update(room.Load(name), [&](Key& edited) { edited.materials[0].valid_to = valid_to; });
  }
  // Every record belongs to every other.
  void ExpectSound() {
    StructureCheck check(&room.hierarchy());
    for (const std::string& path : room.Paths("")) {
      const auto type = static_cast<seal::RecordType>(path[0]);
      if (type == seal::RecordType::kDeployment || type == seal::RecordType::kHead) continue;
      auto record = seal::OpenRecord(room.hierarchy(), path, seal::SealingAccount(path), *room.test.Read(path));
      ASSERT_TRUE(record);
      ASSERT_TRUE(check.Take(path, *record));
    }
    check.Finish([](const std::string&, const std::string& text) { ADD_FAILURE() << text; });
  }

  KeyRoom room;
  ManualClock clock{kTestNow};
  uint64_t uptime = 100;
  int events = 0;
  std::vector<Happening> happenings;
  std::vector<std::string> delivered;
  int deliveries = 0;
};

TEST_F(ScheduledMaterialTest, RotatesWhenItIsTimeAndOnce) {
  Rotating(TestName(), 1);
  auto worker = Worker();
  clock.AdvanceService(90 * kDay - milliseconds(1));
  EXPECT_EQ(worker.RunOnce().value(), 0u);
  clock.AdvanceService(milliseconds(1));
  EXPECT_EQ(worker.RunOnce().value(), 1u);
  EXPECT_EQ(worker.RunOnce().value(), 0u);
  auto key = room.Load();
  ASSERT_EQ(key->materials.size(), 2u);
  EXPECT_EQ(key->materials[0].id, TestMaterialId(1));
  EXPECT_EQ(key->materials[1].rotation, RotationKind::kAutomatic);
  EXPECT_EQ(key->materials[1].rotated, clock.Service());
  EXPECT_EQ(key->rotation.next, kTestNow + 180 * kDay);
  EXPECT_EQ(happenings, std::vector{Happening::kRotatedAutomatically});
  EXPECT_EQ(delivered, std::vector{TestName().Arn()});
  EXPECT_TRUE(room.test.Read(OutboxPath(ByteArray<16>{1, 0, 1}))) << "the event is committed with the rotation";
  ExpectSound();
}

TEST_F(ScheduledMaterialTest, YearsWithoutTheProgramAreOneRotation) {
  Rotating(TestName(), 1);
  clock.AdvanceService(1000 * kDay);
  EXPECT_EQ(Worker().RunOnce().value(), 1u);
  EXPECT_EQ(room.Load()->materials.size(), 2u);
  EXPECT_GT(room.Load()->rotation.next, clock.Service());
}

TEST_F(ScheduledMaterialTest, ADisabledKeyRotatesWhenItIsEnabled) {
  Rotating(TestName(), 1);
  room.Update(room.Load(), [](Key& key) { key.stored_state = KeyState::kDisabled; });
  clock.AdvanceService(100 * kDay);
  auto worker = Worker();
  EXPECT_EQ(worker.RunOnce().value(), 0u);
  room.Update(room.Load(), [](Key& key) { key.stored_state = KeyState::kEnabled; });
  EXPECT_EQ(worker.RunOnce().value(), 1u);
  EXPECT_EQ(room.Load()->rotation.next, kTestNow + 180 * kDay) << "the old schedule goes on";
}

TEST_F(ScheduledMaterialTest, OnDemandDoesNotMoveTheSchedule) {
  Rotating(TestName(), 1);
  room.Update(room.Load(), [](Key& key) {
    key.rotation.on_demand_started = kTestNow;
    key.rotation.on_demand_count = 1;
  });
  EXPECT_EQ(Worker().RunOnce().value(), 1u);
  auto key = room.Load();
  EXPECT_EQ(key->materials.size(), 2u);
  EXPECT_EQ(key->materials[1].rotation, RotationKind::kOnDemand);
  EXPECT_FALSE(key->rotation.on_demand_started);
  EXPECT_EQ(key->rotation.on_demand_count, 1u);
  EXPECT_EQ(key->rotation.next, kTestNow + 90 * kDay);
  EXPECT_EQ(happenings, std::vector{Happening::kRotatedOnDemand});
}

TEST_F(ScheduledMaterialTest, ManyKeysAreRotatedTogether) {
  constexpr int kKeys = 120;  // the room has 255 events for them
  for (int i = 0; i < kKeys; ++i) Rotating(TestName(static_cast<uint8_t>(i)), static_cast<uint8_t>(i));
  clock.AdvanceService(90 * kDay);
  const Result<size_t> changes = Worker().RunOnce();
  ASSERT_TRUE(changes) << Describe(changes.error());
  EXPECT_EQ(*changes, static_cast<size_t>(kKeys));
  for (int i = 0; i < kKeys; ++i) EXPECT_EQ(room.Load(TestName(static_cast<uint8_t>(i)))->materials.size(), 2u);
  EXPECT_EQ(std::set<std::string>(delivered.begin(), delivered.end()).size(), static_cast<size_t>(kKeys));
  EXPECT_EQ(deliveries, (kKeys + 63) / 64) << "each delivery costs a signature of the audit log";
}

// Wherever the power goes, a rotation is done once or not at all.
TEST_F(ScheduledMaterialTest, ACommitThatFailsIsDoneAgain) {
  Rotating(TestName(), 1);
  clock.AdvanceService(90 * kDay);
  room.hooked.before_commit = [](const store::Transaction&) { return false; };
  EXPECT_FALSE(Worker().RunOnce());
  room.hooked.before_commit = nullptr;
  EXPECT_EQ(room.Load()->materials.size(), 1u);
  EXPECT_TRUE(delivered.empty());
  EXPECT_EQ(Worker().RunOnce().value(), 1u);
  EXPECT_EQ(room.Load()->materials.size(), 2u);
}

// A caller who changes the key meanwhile is faster: no error, and the next run rotates.
TEST_F(ScheduledMaterialTest, AChangeMeanwhileIsNoError) {
  Rotating(TestName(), 1);
  clock.AdvanceService(90 * kDay);
  auto key = room.Load();
  bool done = false;
  room.hooked.before_commit = [&](const store::Transaction&) {
    if (!std::exchange(done, true)) {
      Change change;
      change.keys.push_back({.before = key, .after = *key, .parts = {}, .material = std::nullopt});
      auto transaction = BuildTransaction(room.hierarchy(), change, {.id = {9}, .line = "{}"}).value();
      store::CommitAndWait(room.test.store, std::move(transaction)).value();
    }
    return true;
  };
  EXPECT_EQ(Worker().RunOnce().value(), 0u);
  EXPECT_EQ(Worker().RunOnce().value(), 1u);
  EXPECT_EQ(room.Load()->materials.size(), 2u);
}

TEST_F(ScheduledMaterialTest, ADamagedKeyDoesNotHoldUpTheOthers) {
  Rotating(TestName(1), 1);
  Rotating(TestName(2), 2);
  room.test.Write(HeadPath(TestName(1)), *room.test.Read(HeadPath(TestName(2))));
  room.table.Forget(TestName(1));
  clock.AdvanceService(90 * kDay);
  EXPECT_EQ(Worker().RunOnce().error().kind, ErrorKind::kCorrupt);
  EXPECT_EQ(room.Load(TestName(2))->materials.size(), 2u);
}

TEST_F(ScheduledMaterialTest, ImportedMaterialExpires) {
  Imported(TestName(), kTestNow + hours(1));
  auto worker = Worker();
  EXPECT_EQ(worker.RunOnce().value(), 0u);
  clock.AdvanceService(hours(1));
  EXPECT_EQ(worker.RunOnce().value(), 2u) << "noted, then destroyed";
  auto key = room.Load();
  EXPECT_EQ(key->stored_state, KeyState::kPendingImport);
  EXPECT_EQ(key->current_material()->id, TestMaterialId(1)) << "the key still knows which it waits for";
  EXPECT_EQ(key->current_material()->version, 0u);
  EXPECT_FALSE(room.test.Read(MaterialPath(TestName(), TestMaterialId(1))));
  EXPECT_EQ(happenings, std::vector{Happening::kExpired});
  EXPECT_EQ(DueAt(*key), std::nullopt);
  EXPECT_EQ(worker.RunOnce().value(), 0u);
  ExpectSound();
}

// The clock alone destroys nothing, and puts the key out of use at once.
TEST_F(ScheduledMaterialTest, ExpiredMaterialGoesOnlyAfterItsTimeOfUptime) {
  Imported(TestName(), kTestNow);
  auto worker = Worker(kDay);
  EXPECT_EQ(worker.RunOnce().value(), 1u);
  EXPECT_EQ(room.Load()->stored_state, KeyState::kPendingImport);
  clock.AdvanceService(365 * kDay);
  uptime += 86'399;
  EXPECT_EQ(worker.RunOnce().value(), 0u);
  EXPECT_TRUE(room.test.Read(MaterialPath(TestName(), TestMaterialId(1))));
  uptime += 1;
  EXPECT_EQ(worker.RunOnce().value(), 1u);
  EXPECT_FALSE(room.test.Read(MaterialPath(TestName(), TestMaterialId(1))));
  EXPECT_EQ(happenings.size(), 1u);
  ExpectSound();
}

TEST_F(ScheduledMaterialTest, StagedMaterialExpiresWithoutHarm) {
  Imported(TestName(), std::nullopt);
  Change change;
  auto key = room.Load();
  change.keys.push_back({.before = key, .after = *key, .parts = {}, .material = KeyRoom::MaterialOf(2)});
  change.keys[0].after.staged = MaterialEntry{.id = TestMaterialId(2), .valid_to = kTestNow + hours(1)};
  room.Commit(change).value();
  ExpectSound();
  clock.AdvanceService(hours(1));
  EXPECT_EQ(Worker().RunOnce().value(), 2u);
  key = room.Load();
  EXPECT_EQ(key->stored_state, KeyState::kEnabled);
  EXPECT_FALSE(key->staged);
  EXPECT_EQ(key->materials.size(), 1u);
  EXPECT_FALSE(room.test.Read(MaterialPath(TestName(), TestMaterialId(2))));
  ExpectSound();
}

TEST_F(ScheduledMaterialTest, TheStagedMaterialIsWhatAnImportedKeyRotatesTo) {
  Imported(TestName(), std::nullopt);
  Change change;
  auto key = room.Load();
  change.keys.push_back({.before = key, .after = *key, .parts = {}, .material = KeyRoom::MaterialOf(2)});
  change.keys[0].after.staged = MaterialEntry{.id = TestMaterialId(2)};
  change.keys[0].after.rotation.on_demand_started = kTestNow;
  room.Commit(change).value();
  EXPECT_EQ(Worker().RunOnce().value(), 1u);
  key = room.Load();
  EXPECT_EQ(key->current_material()->id, TestMaterialId(2));
  EXPECT_NE(key->current_material()->loaded, nullptr);
  EXPECT_FALSE(key->staged);
  ExpectSound();
}

// A caller's snapshot says that the key waits for its material before the background has written that down.
TEST_F(ScheduledMaterialTest, AChangeOfAnExpiredKeyLeavesItsPlaceInTheSchedule) {
  Imported(TestName(), kTestNow + hours(1));
  room.Update(room.Load(), [](Key& key) { key.rotation.on_demand_started = kTestNow; });
  clock.AdvanceService(hours(2));
  const std::shared_ptr<const Key> seen = AsOf(room.Load(), clock.Service());
  ASSERT_EQ(seen->stored_state, KeyState::kPendingImport);
  room.Update(seen, [](Key& key) { key.description = "changed"; });
  ExpectSound();
  EXPECT_TRUE(Worker().RunOnce());
  ExpectSound();
}

// A disabled key's rotation on demand comes when it is enabled again.
TEST_F(ScheduledMaterialTest, ARotationOnDemandWaitsWhileTheKeyIsDisabled) {
  Rotating(TestName(), 1);
  room.Update(room.Load(), [](Key& key) {
    key.rotation.on_demand_started = kTestNow;
    key.stored_state = KeyState::kDisabled;
  });
  EXPECT_EQ(Worker().RunOnce().value(), 0u);
  EXPECT_EQ(room.Load()->materials.size(), 1u);
  room.Update(room.Load(), [](Key& key) { key.stored_state = KeyState::kEnabled; });
  EXPECT_EQ(Worker().RunOnce().value(), 1u);
  EXPECT_EQ(room.Load()->materials.size(), 2u);
  ExpectSound();
}

// It waits for its deletion and its material expires before: both ends come.
TEST_F(ScheduledMaterialTest, AKeyWhoseMaterialExpiresBeforeItIsDeleted) {
  Imported(TestName(), kTestNow + hours(1));
  room.Update(room.Load(), [](Key& key) {
    key.stored_state = KeyState::kPendingDeletion;
    key.deletion_due = kTestNow + hours(2);
  });
  clock.AdvanceService(hours(1));
  EXPECT_EQ(Worker(kDay).RunOnce().value(), 1u);
  EXPECT_EQ(room.Load()->stored_state, KeyState::kPendingDeletion);
  ExpectSound();
  clock.AdvanceService(hours(1));
  EXPECT_EQ(Worker().RunOnce().value(), 0u) << "a key that is gone is the deletion's";
  ScheduledDeletion reaper(
      &room.hierarchy(), &room.hooked, &room.table, &clock, [] { return uint64_t{0}; },
      {.uptime_before_destruction = {}}, [](const Key&) { return ServiceEvent{.id = {7}, .line = "{}"}; },
      [](std::span<const ServiceEvent>) -> Result<> { return {}; });
  EXPECT_EQ(reaper.RunOnce().value(), 1u);
  EXPECT_EQ(room.Load(), nullptr);
  EXPECT_TRUE(room.Paths(DuePrefix()).empty());
  EXPECT_EQ(room.Paths(PartPrefix(TestName())), std::vector{DestroyedPath(TestName())});
}

}  // namespace
}  // namespace kagimori::keys
