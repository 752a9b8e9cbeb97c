#include "keys/stored_material.h"

#include <gtest/gtest.h>

#include "keys/testing/test_keys.h"
#include "secret/compare.h"
#include "store/blocking.h"

namespace kagimori::keys {
namespace {

secret::SecretBytes Filled(uint8_t byte) { return secret::SecretBytes::CopyOf(Bytes(32, byte)); }

TEST(StoredMaterial, SeveralComeInWithTheirKeyAndReadTheSame) {
  KeyRoom room;
  constexpr uint64_t kVersion = 1000;
  Key before = TestKey();
  before.materials.clear();
  before.head_version = kVersion - 1;
  Key after = before;
  std::vector<NewMaterial> materials;
  for (uint8_t i = 1; i <= 80; ++i) {
    after.materials.push_back({.id = TestMaterialId(i), .version = kVersion});
    materials.push_back({.id = TestMaterialId(i), .bytes = Filled(i), .created = kTestNow});
  }
  Change change;
  change.keys.push_back(
      {.before = std::make_shared<const Key>(before), .after = after, .parts = {}, .material = std::nullopt});
  store::Transaction transaction = BuildTransaction(room.hierarchy(), change, {.id = {}, .line = "{}"}).value();
  ASSERT_TRUE(PutMaterials(room.hierarchy(), after.name, kVersion, materials, &transaction));
  ASSERT_TRUE(store::CommitAndWait(room.test.store, std::move(transaction)));

  const auto key = room.Load(after.name);
  ASSERT_EQ(key->materials.size(), 80u);
  EXPECT_EQ(key->head_version, kVersion);
  for (uint8_t i = 1; i <= 80; ++i) {
    const auto stored = ReadMaterialAndWait(room.hierarchy(), room.test.store, *key, key->materials[i - 1u]);
    ASSERT_TRUE(stored);
    EXPECT_TRUE(secret::Equal(stored->bytes, Filled(i)));
    EXPECT_EQ(stored->created, kTestNow);
  }
  MaterialEntry other = key->materials[0];
  other.version += 1;
  EXPECT_EQ(ReadMaterialAndWait(room.hierarchy(), room.test.store, *key, other).error().kind, ErrorKind::kConflict);
}

}  // namespace
}  // namespace kagimori::keys
