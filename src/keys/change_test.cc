#include "keys/change.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "keys/records.h"
#include "keys/testing/test_keys.h"
#include "seal/sealed_record.h"

namespace kagimori::keys {
namespace {

store::Transaction Build(KeyRoom& room, const Change& change) {
  return BuildTransaction(room.hierarchy(), change, room.NextEvent()).value();
}

bool Puts(const store::Transaction& transaction, const std::string& path) {
  return std::ranges::find(transaction.puts, path, &store::Put::key) != transaction.puts.end();
}
bool Deletes(const store::Transaction& transaction, const std::string& path) {
  return std::ranges::find(transaction.deletes, path) != transaction.deletes.end();
}

Change NewKey(Key key = TestKey()) {
  Change change;
  change.keys.push_back({.before = nullptr, .after = std::move(key), .parts = {}, .material = KeyRoom::MaterialOf(1)});
  return change;
}

// What CreateKey costs: the head, the material, the event.
TEST(Change, APlainNewKeyIsThreeRecords) {
  KeyRoom room;
  store::Transaction transaction = Build(room, NewKey());
  EXPECT_EQ(transaction.puts.size(), 3u);
  EXPECT_TRUE(transaction.deletes.empty());
  ASSERT_EQ(transaction.preconditions.size(), 1u);
  EXPECT_EQ(transaction.preconditions[0].key, HeadPath(TestName()));
  EXPECT_EQ(transaction.preconditions[0].revision, 0u);
  EXPECT_TRUE(Puts(transaction, HeadPath(TestName())));
  EXPECT_TRUE(Puts(transaction, MaterialPath(TestName(), TestMaterialId(1))));
  EXPECT_TRUE(Puts(transaction, OutboxPath(ByteArray<16>{0xEE, room.events})));
}

// Of what is stored, nothing shows the material, a name or a text.
TEST(Change, NothingStandsInTheClear) {
  KeyRoom room;
  Key key = TestKey();
  key.description = "a-description-to-look-for";
  key.tags = {{"a-tag-to-look-for", "x"}};
  key.aliases = {"alias/a-name-to-look-for"};
  Change change = NewKey(std::move(key));
  change.keys[0].parts = KeyRoom::AllParts();
  change.aliases.push_back({.name = TestAliasName("alias/a-name-to-look-for"),
                            .before = nullptr,
                            .after = Alias{.name = TestAliasName("alias/a-name-to-look-for")}});
  std::string material(AsText(secret::SecretTesting::BytesOf(TestMaterialBytes(1))));
  for (const store::Put& put : Build(room, change).puts) {
    std::string all = put.key + std::string(AsText(put.value));
    EXPECT_EQ(all.find("look-for"), all.npos);
    EXPECT_EQ(all.find(material), all.npos);
    EXPECT_EQ(all.find("the\":\"event"), all.npos);
  }
}

TEST(Change, APreconditionForEverythingThatItWasBasedOn) {
  KeyRoom room;
  auto key = room.Create();
  room.AddAlias(key, "alias/x");
  key = room.Load();
  auto alias = room.LoadAlias("alias/x");
  Change change;
  change.keys.push_back({.before = key, .after = *key, .parts = {Part::kAliases}, .material = std::nullopt});
  change.keys[0].after.aliases.clear();
  change.aliases.push_back({.name = alias->name, .before = alias, .after = std::nullopt});
  store::Transaction transaction = Build(room, change);
  std::map<std::string, store::Revision> required;
  for (const auto& precondition : transaction.preconditions) required[precondition.key] = precondition.revision;
  EXPECT_EQ(required[HeadPath(TestName())], key->head_revision);
  EXPECT_EQ(required[AliasPath(room.hierarchy(), alias->name)], alias->revision);
  EXPECT_NE(alias->revision, 0u);
  EXPECT_TRUE(Deletes(transaction, AliasPath(room.hierarchy(), alias->name)));
  EXPECT_TRUE(Deletes(transaction, PartPath(TestName(), Part::kAliases))) << "an emptied part goes";
}

TEST(Change, OnlyTheNamedPartsAreWritten) {
  KeyRoom room;
  Key full = TestKey();
  full.description = "d";
  full.tags = {{"k", "v"}};
  auto key = room.Create(std::move(full));
  Change change;
  change.keys.push_back({.before = key, .after = *key, .parts = {Part::kDescription}, .material = std::nullopt});
  change.keys[0].after.description = "e";
  change.keys[0].after.tags = {{"k", "changed, but not named"}};
  store::Transaction transaction = Build(room, change);
  EXPECT_TRUE(Puts(transaction, PartPath(TestName(), Part::kDescription)));
  EXPECT_FALSE(Puts(transaction, PartPath(TestName(), Part::kTags)));
  room.Commit(change).value();
  EXPECT_EQ(room.Load()->description, "e");
  EXPECT_EQ(room.Load()->tags.at(0).value, "v");
}

TEST(Change, AnEmptiedPartGoesAndComesBackInANewVersion) {
  KeyRoom room;
  auto with = [&](std::string text) { return room.Update(room.Load(), [&](Key& key) { key.description = text; }); };
  room.Create();
  uint64_t first = with("one")->parts.description;
  EXPECT_TRUE(room.test.Read(PartPath(TestName(), Part::kDescription)));
  EXPECT_EQ(with("")->parts.description, 0u);
  EXPECT_FALSE(room.test.Read(PartPath(TestName(), Part::kDescription)));
  EXPECT_GT(with("two")->parts.description, first) << "a version is used once, or an old record could be put back";
}

TEST(Change, TheDueRecordMovesWithTheDate) {
  KeyRoom room;
  auto key = room.Create();
  EXPECT_TRUE(room.Paths(DuePrefix()).empty());
  Timestamp first = kTestNow + std::chrono::hours(24 * 7);
  key = room.Update(key, [&](Key& edited) { edited.deletion_due = first; });
  EXPECT_EQ(room.Paths(DuePrefix()), std::vector{DuePath(first, TestName())});
  Timestamp second = first + std::chrono::hours(24);
  key = room.Update(key, [&](Key& edited) { edited.deletion_due = second; });
  EXPECT_EQ(room.Paths(DuePrefix()), std::vector{DuePath(second, TestName())});
  key = room.Update(key, [](Key& edited) { edited.description = "the date stays"; });
  EXPECT_EQ(room.Paths(DuePrefix()), std::vector{DuePath(second, TestName())});
  room.Update(key, [](Key& edited) { edited.deletion_due.reset(); });
  EXPECT_TRUE(room.Paths(DuePrefix()).empty());
}

TEST(Committer, AChangeOfSomethingThatChangedIsAConflict) {
  KeyRoom room;
  auto old = room.Create();
  auto newer = room.Update(old, [](Key& key) { key.description = "first"; });
  Change late;
  late.keys.push_back({.before = old, .after = *old, .parts = {Part::kDescription}, .material = std::nullopt});
  late.keys[0].after.description = "second";
  EXPECT_EQ(room.Commit(late, 0x01).error().kind, ErrorKind::kConflict);
  EXPECT_FALSE(room.test.Read(OutboxPath(ByteArray<16>{0x01}))) << "no event without its change";
  EXPECT_EQ(room.Load()->description, "first");
  // The same key, alias or event twice: also a conflict, or refused.
  EXPECT_EQ(room.Commit(NewKey()).error().kind, ErrorKind::kConflict);
  room.AddAlias(room.Load(), "alias/x");
  Change again;
  again.aliases.push_back(
      {.name = TestAliasName("alias/x"), .before = nullptr, .after = Alias{.name = TestAliasName("alias/x")}});
  EXPECT_EQ(room.Commit(again).error().kind, ErrorKind::kConflict);
}

TEST(Committer, ForgetsWhatItChangedAlsoWhenItFailed) {
  KeyRoom room;
  auto key = room.Create();
  KeyCache::View view(&room.table.keys());
  ASSERT_NE(view.Find(TestName()), nullptr);
  Change change;
  change.keys.push_back({.before = key, .after = *key, .parts = {}, .material = std::nullopt});
  room.hooked.before_commit = [](const store::Transaction&) { return false; };
  EXPECT_EQ(room.Commit(change).error().kind, ErrorKind::kIo);
  EXPECT_EQ(view.Find(TestName()), nullptr) << "nobody knows what a failed commit has done";
  room.hooked.before_commit = nullptr;
  ASSERT_NE(room.Load(), nullptr);
  ASSERT_NE(view.Find(TestName()), nullptr);
  ASSERT_TRUE(room.Commit(change));
  EXPECT_EQ(view.Find(TestName()), nullptr);
}

}  // namespace
}  // namespace kagimori::keys
