#include "keys/key_table.h"

#include <gtest/gtest.h>

#include "keys/records.h"
#include "keys/testing/test_keys.h"
#include "seal/sealed_record.h"
#include "secret/arena.h"

namespace kagimori::keys {
namespace {

using Mode = store::MemoryStore::Mode;

class KeyTableTest : public testing::TestWithParam<Mode> {
 protected:
  KeyRoom room{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(BothModes, KeyTableTest, testing::Values(Mode::kInline, Mode::kThread),
                         [](const auto& info) { return info.param == Mode::kInline ? "Inline" : "Thread"; });

Key FullKey(const KeyName& name = TestName()) {
  Key key = TestKey(name);
  key.description = "a description";
  key.policy = "{}";
  key.tags = {{"a", "1"}, {"b", "2"}};
  return key;
}

TEST_P(KeyTableTest, LoadsWhatWasStored) {
  auto key = room.Create(FullKey());
  ASSERT_NE(key, nullptr);
  EXPECT_EQ(key->arn, TestName().Arn());
  EXPECT_EQ(key->description, "a description");
  EXPECT_EQ(key->policy, "{}");
  ASSERT_EQ(key->tags.size(), 2u);
  EXPECT_EQ(key->tags[1].value, "2");
  ASSERT_EQ(key->materials.size(), 1u);
  EXPECT_EQ(key->materials[0].id, TestMaterialId(1));
  ASSERT_NE(key->materials[0].loaded, nullptr);
  ASSERT_TRUE(key->materials[0].loaded->kdf);
  auto expected = crypto::HmacSha256Key::Create(TestMaterialBytes(1));
  EXPECT_EQ(key->materials[0].loaded->kdf->Sign({AsBytes("x")}), expected.Sign({AsBytes("x")}));
  EXPECT_EQ(key->head_version, 1u);
  EXPECT_NE(key->head_revision, 0u);
}

// A key that has been rotated is loaded with what encrypts; what only decrypts is read when it is asked for.
TEST_P(KeyTableTest, LoadsOlderMaterialsWhenTheyAreAskedFor) {
  auto key = room.Create(FullKey());
  for (uint8_t byte : {2, 3}) {
    Change change;
    change.keys.push_back({.before = key, .after = *key, .parts = {}, .material = KeyRoom::MaterialOf(byte)});
    room.Commit(change).value();
    key = room.Load();
  }
  ASSERT_EQ(key->materials.size(), 3u);
  EXPECT_EQ(key->current_material()->id, TestMaterialId(3));
  EXPECT_NE(key->current_material()->loaded, nullptr);
  EXPECT_EQ(key->materials[0].loaded, nullptr);
  EXPECT_EQ(room.table.keys().cost(), 1u);
  EXPECT_FALSE(KeyTable::NeedsMaterial(*key, TestMaterialId(3)));
  EXPECT_FALSE(KeyTable::NeedsMaterial(*key, TestMaterialId(9))) << "there is none of that id";
  ASSERT_TRUE(KeyTable::NeedsMaterial(*key, TestMaterialId(1)));

  auto with = SyncWait(room.table.WithMaterial(key, TestMaterialId(1))).value();
  ASSERT_NE(with->materials[0].loaded, nullptr);
  EXPECT_EQ(with->materials[0].loaded->kdf->Sign({AsBytes("x")}), TestMaterial(1)->kdf->Sign({AsBytes("x")}));
  EXPECT_EQ(with->materials[1].loaded, nullptr);
  EXPECT_EQ(room.table.keys().Get(TestName()), with) << "it stays";
  EXPECT_EQ(room.table.keys().cost(), 2u) << "and counts";
  // Somebody with an older snapshot loses nothing of what is there.
  auto both = SyncWait(room.table.WithMaterial(key, TestMaterialId(2))).value();
  EXPECT_NE(both->materials[0].loaded, nullptr);
  EXPECT_NE(both->materials[1].loaded, nullptr);
}

// What was read before a change is not put beside it.
TEST_P(KeyTableTest, AnOlderMaterialNeverBringsBackAnOldSnapshot) {
  auto key = room.Create(FullKey());
  Change change;
  change.keys.push_back({.before = key, .after = *key, .parts = {}, .material = KeyRoom::MaterialOf(2)});
  room.Commit(change).value();
  key = room.Load();
  room.Update(key, [](Key& edited) { edited.description = "new"; });
  auto with = SyncWait(room.table.WithMaterial(key, TestMaterialId(1))).value();
  EXPECT_NE(with->materials[0].loaded, nullptr);
  EXPECT_EQ(room.table.keys().Get(TestName())->description, "new");
}

TEST_P(KeyTableTest, CachesKeysAndForgetsThem) {
  KeyCache::View view(&room.table.keys());
  EXPECT_EQ(view.Find(TestName()), nullptr);
  auto key = room.Create();
  const auto* cached = view.Find(TestName());
  ASSERT_NE(cached, nullptr);
  EXPECT_EQ(*cached, key);
  room.Update(key, [](Key& edited) { edited.description = "new"; });
  ASSERT_NE(view.Find(TestName()), nullptr);
  EXPECT_EQ((*view.Find(TestName()))->description, "new");
}

// Guesses must not fill memory.
TEST_P(KeyTableTest, WhatIsNotThereIsNotCached) {
  for (uint8_t i = 0; i < 50; ++i) {
    EXPECT_EQ(room.Load(TestName(i)), nullptr);
    EXPECT_EQ(room.LoadAlias("alias/" + std::to_string(i)), nullptr);
  }
  EXPECT_EQ(room.table.keys().size(), 0u);
  EXPECT_EQ(room.table.aliases().size(), 0u);
}

TEST_P(KeyTableTest, AnotherAccountOrRegionIsAnotherKey) {
  room.Create();
  EXPECT_EQ(room.Load(TestName(1, kOtherAccount)), nullptr);
  KeyName elsewhere = TestName();
  elsewhere.region = *Region::Parse("us-east-1");
  EXPECT_EQ(room.Load(elsewhere), nullptr);
}

// A commit between the read of the head and that of the parts: what is loaded belongs together all the same.
TEST(KeyTable, ReadsAgainWhenACommitGoesBy) {
  KeyRoom room;
  auto key = room.Create(FullKey());
  KeyRoom* self = &room;
  int commits = 0;
  room.hooked.before_parts = [&] {
    if (++commits > 3) return;
    Change change;
    change.keys.push_back({.before = key, .after = *key, .parts = KeyRoom::AllParts(), .material = std::nullopt});
    change.keys[0].after.description = "change " + std::to_string(commits);
    auto transaction =
        BuildTransaction(self->hierarchy(), change, {.id = {static_cast<uint8_t>(commits)}, .line = "{}"}).value();
    // The head's and parts' newest versions are known here only by what was written.
    Key next = change.keys[0].after;
    next.head_version = key->head_version + 1;
    next.parts = {
        .description = next.head_version, .policy = next.head_version, .tags = next.head_version, .aliases = 0};
    self->test.store.Commit(std::move(transaction), [&](Result<store::Revision> done) {
      next.head_revision = done.value();
      key = std::make_shared<const Key>(next);
    });
    store::GetAndWait(self->test.store, {"x"}).value();  // the commit is done before the parts are read
  };
  auto loaded = room.Load();
  ASSERT_NE(loaded, nullptr);
  EXPECT_EQ(loaded->description, "change 3");
  EXPECT_EQ(loaded->head_revision, key->head_revision);
  EXPECT_EQ(commits, 4);
}

// What is invalidated while it is being read may be old: it is read again before it is cached or given out.
TEST_P(KeyTableTest, ReadsAgainWhenItIsInvalidatedMeanwhile) {
  room.Create(FullKey());
  int reads = 0;
  room.hooked.before_parts = [&] {
    if (++reads <= 2) room.table.keys().Invalidate(TestName());
  };
  EXPECT_NE(room.Load(), nullptr);
  EXPECT_EQ(reads, 3);
}

TEST_P(KeyTableTest, AMissingPartIsDamage) {
  room.Create(FullKey());
  auto alias_key = room.Load();
  room.AddAlias(alias_key, "alias/x");
  for (const std::string& path : {PartPath(TestName(), Part::kDescription), PartPath(TestName(), Part::kPolicy),
                                  PartPath(TestName(), Part::kTags), PartPath(TestName(), Part::kAliases),
                                  MaterialPath(TestName(), TestMaterialId(1))}) {
    Bytes value = room.test.Read(path).value();
    room.Delete(path);
    auto loaded = room.TryLoad();
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().kind, ErrorKind::kCorrupt);
    EXPECT_EQ(loaded.error().text.find("description"), std::string::npos)
        << "nothing of the key's own text in an error";
    room.test.Write(path, value);
  }
  EXPECT_TRUE(room.TryLoad());
}

TEST_P(KeyTableTest, AnOldPartIsDamage) {
  auto key = room.Create(FullKey());
  const std::string paths[] = {PartPath(TestName(), Part::kDescription), PartPath(TestName(), Part::kPolicy),
                               PartPath(TestName(), Part::kTags)};
  std::vector<Bytes> old;
  for (const auto& path : paths) old.push_back(room.test.Read(path).value());
  room.Update(key, [](Key& edited) { edited.description = "new"; });  // writes every part anew
  for (size_t i = 0; i < std::size(paths); ++i) {
    Bytes now = room.test.Read(paths[i]).value();
    room.test.Write(paths[i], old[i]);
    auto loaded = room.TryLoad();
    ASSERT_FALSE(loaded) << i;
    EXPECT_EQ(loaded.error().kind, ErrorKind::kCorrupt);
    room.test.Write(paths[i], now);
  }
  EXPECT_TRUE(room.TryLoad());
}

TEST_P(KeyTableTest, AMovedOrChangedRecordIsDamage) {
  room.Create(FullKey(TestName(1)), 1);
  room.Create(FullKey(TestName(2)), 2);
  auto expect_corrupt = [&](const std::string& path, Bytes value) {
    Bytes good = room.test.Read(path).value();
    room.test.Write(path, std::move(value));
    auto loaded = room.TryLoad(TestName(1));
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().kind, ErrorKind::kCorrupt);
    room.test.Write(path, good);
  };
  auto read = [&](const std::string& path) { return room.test.Read(path).value(); };
  expect_corrupt(HeadPath(TestName(1)), read(HeadPath(TestName(2))));
  expect_corrupt(PartPath(TestName(1), Part::kTags), read(PartPath(TestName(2), Part::kTags)));
  expect_corrupt(PartPath(TestName(1), Part::kPolicy), read(PartPath(TestName(1), Part::kDescription)));
  expect_corrupt(MaterialPath(TestName(1), TestMaterialId(1)), read(MaterialPath(TestName(2), TestMaterialId(2))));
  for (const std::string& path : {HeadPath(TestName(1)), MaterialPath(TestName(1), TestMaterialId(1))}) {
    Bytes flipped = read(path);
    flipped.back() ^= 1;
    expect_corrupt(path, flipped);
    expect_corrupt(path, {});
  }
  EXPECT_TRUE(room.TryLoad(TestName(1)));
}

TEST_P(KeyTableTest, AliasesLoadUnderTheirOwnNameOnly) {
  auto key = room.Create();
  room.AddAlias(key, "alias/a");
  room.AddAlias(room.Load(), "alias/b");
  auto alias = room.LoadAlias("alias/a");
  ASSERT_NE(alias, nullptr);
  EXPECT_EQ(alias->target, TestName().id);
  EXPECT_EQ(alias->name.name, "alias/a");
  EXPECT_EQ(room.LoadAlias("alias/A"), nullptr);
  std::string path = AliasPath(room.hierarchy(), TestAliasName("alias/a"));
  room.test.Write(path, room.test.Read(AliasPath(room.hierarchy(), TestAliasName("alias/b"))).value());
  EXPECT_EQ(SyncWait(room.table.LoadAlias(TestAliasName("alias/a"))).error().kind, ErrorKind::kCorrupt);
  // Sealed for this path, but with another name in it.
  Alias other{.name = TestAliasName("alias/other"), .target = TestName().id};
  room.test.Write(path, seal::SealRecord(room.hierarchy(), {.path = path, .account = kTestAccount, .version = 1},
                                         records::EncodeAlias(other)));
  EXPECT_EQ(SyncWait(room.table.LoadAlias(TestAliasName("alias/a"))).error().kind, ErrorKind::kCorrupt);
}

TEST_P(KeyTableTest, ListsKeysPageByPageWithoutThoseThatAreGone) {
  for (uint8_t i = 1; i <= 7; ++i) {
    auto key = room.Create(TestKey(TestName(i)), i);
    if (i == 3) room.Update(key, [](Key& edited) { edited.deletion_due = kTestNow; });
    if (i == 4) room.Update(key, [](Key& edited) { edited.deletion_due = kTestNow + std::chrono::milliseconds(1); });
  }
  room.Create(TestKey(TestName(1, kOtherAccount)), 9);
  std::vector<KeyName> seen;
  std::string from;
  int pages = 0;
  do {
    auto page = SyncWait(room.table.ListKeys(kTestAccount, kTestRegion, from, 2, kTestNow)).value();
    seen.insert(seen.end(), page.keys.begin(), page.keys.end());
    from = page.next;
    ASSERT_LT(++pages, 10);
  } while (!from.empty());
  EXPECT_EQ(seen, (std::vector{TestName(1), TestName(2), TestName(4), TestName(5), TestName(6), TestName(7)}));
  EXPECT_EQ(pages, 4);
}

TEST(KeyTable, KeepsFewerKeysWhereLittleMemoryMayBeLocked) {
  EXPECT_EQ(KeyTable::MaxKeys(8 << 20), 65536u);
  EXPECT_EQ(KeyTable::MaxKeys(SIZE_MAX), KeyTable::kMostKeys);
  EXPECT_EQ(KeyTable::MaxKeys(secret::kDefaultArenaSize + secret::kOverflowLimit), KeyTable::kMostKeys);
}

TEST_P(KeyTableTest, ListsAliasesOfLivingKeys) {
  auto living = room.Create(TestKey(TestName(1)), 1);
  auto dying = room.Create(TestKey(TestName(2)), 2);
  room.AddAlias(living, "alias/living");
  room.AddAlias(dying, "alias/dying");
  room.Update(room.Load(TestName(2)), [](Key& edited) { edited.deletion_due = kTestNow; });
  auto page = SyncWait(room.table.ListAliases(kTestAccount, kTestRegion, "", 10, kTestNow)).value();
  ASSERT_EQ(page.aliases.size(), 1u);
  EXPECT_EQ(page.aliases[0].name.name, "alias/living");
  EXPECT_TRUE(page.next.empty());
  EXPECT_TRUE(SyncWait(room.table.ListAliases(kOtherAccount, kTestRegion, "", 10, kTestNow)).value().aliases.empty());
}

}  // namespace
}  // namespace kagimori::keys
