#include "keys/resolver.h"

#include <gtest/gtest.h>

#include "keys/testing/test_keys.h"

namespace kagimori::keys {
namespace {

using Kind = LookupFailure::Kind;

class ResolverTest : public testing::Test {
 protected:
  Resolver At(Timestamp now = kTestNow, AccountId caller = kTestAccount) {
    return {&room.table, &keys, &aliases, caller, kTestRegion, now};
  }
  std::expected<ResolvedKey, LookupFailure> Find(std::string_view text, AccountId caller = kTestAccount,
                                                 AliasForms forms = AliasForms::kAllowed, Timestamp now = kTestNow) {
    Resolver resolver = At(now, caller);
    return SyncWait(resolver.FindKey(text, forms));
  }
  void ExpectFailure(std::string_view text, Kind kind, std::string_view message, AccountId caller = kTestAccount) {
    auto found = Find(text, caller);
    ASSERT_FALSE(found) << text;
    EXPECT_EQ(found.error().kind, kind) << text;
    EXPECT_EQ(found.error().text, message) << text;
  }

  KeyRoom room;
  KeyCache::View keys{&room.table.keys()};
  AliasCache::View aliases{&room.table.aliases()};
  const std::string id = TestName().id.ToString();
  const std::string arn = TestName().Arn();
};

TEST_F(ResolverTest, AllFourFormsLeadToTheKey) {
  room.AddAlias(room.Create(), "alias/x");
  for (const std::string& text : {id, arn, std::string("alias/x"), TestAliasName("alias/x").Arn()}) {
    auto found = Find(text);
    ASSERT_TRUE(found) << text;
    EXPECT_EQ(found->key->name, TestName());
    EXPECT_EQ(found->alias, text.find("alias/") == text.npos ? "" : "alias/x");
  }
  EXPECT_EQ(Find("alias/x", kTestAccount, AliasForms::kRefused).error().kind, Kind::kAliasNotAllowed);
}

TEST_F(ResolverTest, CachedKeysAreFoundWithoutACoroutine) {
  EXPECT_EQ(At().FindCached(id), nullptr);
  room.Create();
  EXPECT_NE(At().FindCached(id), nullptr);
  EXPECT_NE(At().FindCached(arn), nullptr);
  EXPECT_EQ(At().FindCached("alias/x"), nullptr);
  EXPECT_EQ(At().FindCached("foo"), nullptr);
  EXPECT_EQ(At(kTestNow, kOtherAccount).FindCached(id), nullptr);
}

// The reference's texts.
TEST_F(ResolverTest, WhatIsMissingIsSaidInTheServicesWords) {
  room.Create();
  std::string unknown = TestName(9).Arn();
  ExpectFailure(TestName(9).id.ToString(), Kind::kNotFound, "Key '" + unknown + "' does not exist");
  ExpectFailure(unknown, Kind::kNotFound, "Key '" + unknown + "' does not exist");
  ExpectFailure("foo", Kind::kNotFound, "Invalid keyId 'foo'");
  ExpectFailure("arn:aws:kms:eu-central-1:111122223333:key/foo", Kind::kNotFound, "Invalid keyId foo");
  ExpectFailure("arn:aws:kms:us-west-2:111122223333:key/" + id, Kind::kNotFound, "Invalid arn us-west-2");
  ExpectFailure("alias/none", Kind::kNotFound, "Alias arn:aws:kms:eu-central-1:111122223333:alias/none is not found.");
}

TEST_F(ResolverTest, UpperCaseDoesNotNameTheKeyThatIsThere) {
  KeyName name = TestName(0xAB);
  room.Create(TestKey(name));
  std::string upper = name.id.ToString();
  for (char& c : upper) c = static_cast<char>(std::toupper(c));
  EXPECT_EQ(At().FindCached(upper), nullptr);
  ExpectFailure(upper, Kind::kNotFound, "Key 'arn:aws:kms:eu-central-1:111122223333:key/" + upper + "' does not exist");
}

TEST_F(ResolverTest, AForeignKeyThatIsNotThereIsNotToldFromOneThatIs) {
  room.Create();
  ASSERT_TRUE(Find(arn, kOtherAccount));
  std::string unknown = TestName(9).Arn();
  ExpectFailure(unknown, Kind::kForeign, unknown, kOtherAccount);
  std::string alias = TestAliasName("alias/none").Arn();
  ExpectFailure(alias, Kind::kForeign, alias, kOtherAccount);
  ExpectFailure(id, Kind::kNotFound, "Key 'arn:aws:kms:eu-central-1:444455556666:key/" + id + "' does not exist",
                kOtherAccount);
}

TEST_F(ResolverTest, AKeyIsGoneFromItsDueTimeOn) {
  room.AddAlias(room.Create(), "alias/x");
  Timestamp due = kTestNow + std::chrono::hours(1);
  room.Update(room.Load(), [&](Key& key) { key.deletion_due = due; });
  EXPECT_TRUE(Find(id, kTestAccount, AliasForms::kAllowed, due - std::chrono::milliseconds(1)));
  for (const std::string& text : {id, arn, std::string("alias/x")}) {
    auto found = Find(text, kTestAccount, AliasForms::kAllowed, due);
    ASSERT_FALSE(found) << text;
    EXPECT_EQ(found.error().kind, Kind::kNotFound);
  }
  EXPECT_NE(keys.Find(TestName()), nullptr) << "from the cache, too";
  EXPECT_EQ(At(due).FindCached(id), nullptr);
}

TEST_F(ResolverTest, AChangeIsSeenByTheNextLookup) {
  auto key = room.Create();
  room.AddAlias(key, "alias/x");
  ASSERT_TRUE(Find("alias/x"));
  Change change;
  auto alias = room.LoadAlias("alias/x");
  change.aliases.push_back({.name = alias->name, .before = alias, .after = std::nullopt});
  room.Commit(change).value();
  EXPECT_FALSE(Find("alias/x"));
  room.Update(room.Load(), [](Key& edited) { edited.stored_state = KeyState::kDisabled; });
  EXPECT_EQ(Find(id)->key->stored_state, KeyState::kDisabled);
}

TEST_F(ResolverTest, DamageIsAFailureAndNotAMissingKey) {
  room.Create();
  room.table.keys().Invalidate(TestName());
  room.Delete(MaterialPath(TestName(), TestMaterialId(1)));
  auto found = Find(id);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().kind, Kind::kFailed);
  EXPECT_EQ(found.error().error.kind, ErrorKind::kCorrupt);
  EXPECT_EQ(found.error().text, "");
}

}  // namespace
}  // namespace kagimori::keys
