#include "keys/material_life.h"

#include <gtest/gtest.h>

#include "keys/due.h"
#include "keys/testing/test_keys.h"

namespace kagimori::keys {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

constexpr hours kDay{24};

Key ImportedKey(std::optional<Timestamp> valid_to) {
  Key key = TestKey();
  key.origin = OriginType::kExternal;
  key.materials.push_back(TestEntry(1));
  key.materials[0].valid_to = valid_to;
  return key;
}

TEST(MaterialLife, RotationsAreASeries) {
  Key key = TestKey();
  StartRotation(90, kTestNow, &key);
  EXPECT_EQ(key.rotation.next, kTestNow + 90 * kDay);
  EXPECT_EQ(DueAt(key), key.rotation.next);
  MoveToNextRotation(kTestNow + 90 * kDay, &key);
  EXPECT_EQ(key.rotation.next, kTestNow + 180 * kDay);
  MoveToNextRotation(kTestNow + 180 * kDay + hours(5), &key);
  EXPECT_EQ(key.rotation.next, kTestNow + 270 * kDay) << "what is late does not move the series";
}

// Three years without the program: one rotation, and the next date is still to come.
TEST(MaterialLife, ManyMissedRotationsAreOne) {
  Key key = TestKey();
  StartRotation(90, kTestNow, &key);
  MoveToNextRotation(kTestNow + 1000 * kDay, &key);
  EXPECT_EQ(key.rotation.next, kTestNow + 1080 * kDay);
}

TEST(MaterialLife, OnlyAnEnabledKeyIsDueForAutomaticRotation) {
  Key key = TestKey();
  StartRotation(90, kTestNow, &key);
  EXPECT_EQ(DueAt(key), kTestNow + 90 * kDay);
  for (KeyState state : {KeyState::kDisabled, KeyState::kPendingDeletion, KeyState::kPendingImport}) {
    key.stored_state = state;
    EXPECT_EQ(DueAt(key), std::nullopt);
  }
}

TEST(MaterialLife, ARotationOnDemandKeepsItsPlaceInEveryState) {
  Key key = TestKey();
  StartRotation(90, kTestNow, &key);
  key.rotation.on_demand_started = kTestNow;
  for (KeyState state :
       {KeyState::kEnabled, KeyState::kDisabled, KeyState::kPendingDeletion, KeyState::kPendingImport}) {
    key.stored_state = state;
    EXPECT_EQ(DueAt(key), kTestNow);
  }
}

TEST(MaterialLife, ThereIsOneDueTimeTheEarliest) {
  Key key = ImportedKey(kTestNow + hours(3));
  EXPECT_EQ(DueAt(key), kTestNow + hours(3));
  key.staged = MaterialEntry{.id = TestMaterialId(2), .version = 2, .valid_to = kTestNow + hours(2)};
  EXPECT_EQ(DueAt(key), kTestNow + hours(2));
  key.deletion_due = kTestNow + hours(1);
  EXPECT_EQ(DueAt(key), kTestNow + hours(1));
  key.deletion_due.reset();
  key.staged->version = 0;
  key.materials[0].version = 0;
  EXPECT_EQ(DueAt(key), std::nullopt) << "what is not there does not expire";
}

TEST(MaterialLife, AKeyWithExpiredMaterialWaitsForIt) {
  auto key = std::make_shared<const Key>(ImportedKey(kTestNow));
  EXPECT_EQ(AsOf(key, kTestNow - milliseconds(1)), key);
  auto waiting = AsOf(key, kTestNow);
  EXPECT_EQ(waiting->stored_state, KeyState::kPendingImport);
  EXPECT_FALSE(HasAllMaterial(*waiting, kTestNow));
  Key deleted = *key;
  deleted.stored_state = KeyState::kPendingDeletion;
  auto pending = std::make_shared<const Key>(deleted);
  EXPECT_EQ(AsOf(pending, kTestNow), pending);
  auto for_ever = std::make_shared<const Key>(ImportedKey(std::nullopt));
  EXPECT_EQ(AsOf(for_ever, kTestNow + 100'000 * kDay), for_ever);
}

TEST(MaterialLife, EveryMaterialMustBeThere) {
  Key key = ImportedKey(std::nullopt);
  EXPECT_TRUE(HasAllMaterial(key, kTestNow));
  key.materials.push_back(TestEntry(2));
  EXPECT_TRUE(HasAllMaterial(key, kTestNow));
  key.materials[0].version = 0;
  EXPECT_FALSE(HasAllMaterial(key, kTestNow));
  key.materials.clear();
  EXPECT_FALSE(HasAllMaterial(key, kTestNow));
}

TEST(MaterialLife, TheStagedMaterialBecomesCurrent) {
  Key key = ImportedKey(std::nullopt);
  key.staged = MaterialEntry{.id = TestMaterialId(2), .version = 7, .valid_to = kTestNow + hours(9)};
  MakeCurrent(*key.staged, RotationKind::kOnDemand, kTestNow, &key);
  EXPECT_FALSE(key.staged);
  EXPECT_EQ(key.current_material()->id, TestMaterialId(2));
  EXPECT_EQ(key.current_material()->version, 7u);
  EXPECT_EQ(key.current_material()->rotation, RotationKind::kOnDemand);
  EXPECT_EQ(key.current_material()->rotated, kTestNow);
  EXPECT_EQ(key.current_material()->valid_to, kTestNow + hours(9));
}

TEST(MaterialLife, AnImportedMaterialHasAnIdOfItsKey) {
  const auto material = secret::SecretBytes::CopyOf(Bytes(32, 7));
  const MaterialId id = ImportedMaterialId(TestName(1), material);
  EXPECT_EQ(ImportedMaterialId(TestName(1), material), id);
  EXPECT_NE(ImportedMaterialId(TestName(2), material), id);
  EXPECT_NE(ImportedMaterialId(TestName(1, kOtherAccount), material), id);
  EXPECT_NE(ImportedMaterialId(TestName(1), secret::SecretBytes::CopyOf(Bytes(32, 8))), id);
  // Related multi-Region keys have the same ids.
  KeyName elsewhere = TestName(1);
  elsewhere.region = *Region::Parse("us-west-2");
  EXPECT_EQ(ImportedMaterialId(elsewhere, material), id);
}

}  // namespace
}  // namespace kagimori::keys
