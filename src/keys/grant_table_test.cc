#include "keys/grant_table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "keys/grant_records.h"
#include "keys/testing/test_grants.h"
#include "seal/sealed_record.h"

namespace kagimori::keys {
namespace {

using enum GrantOperation;

bool LetsDecrypt(const GrantSet& set) { return GrantAllows(set, {.operation = kDecrypt}) != nullptr; }

TEST(GrantTable, AGrantIsFoundByItsGranteeAndByItsId) {
  GrantRoom room;
  Grant given = TestGrant();
  given.retiring = TestAccountPrincipal(kTestAccount);
  given.terms.constraints = {.equals = {}, .subset = {{{"a", "1"}, {"b", ""}}}, .source_arn = "arn:aws:s3:::x"};
  given.name = "my-grant";
  const GrantId id = room.Give(given);
  auto found = room.Find(id);
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->key, TestName());
  EXPECT_EQ(found->id, id);
  EXPECT_EQ(found->grantee, given.grantee);
  EXPECT_EQ(found->retiring, given.retiring);
  EXPECT_EQ(found->terms, given.terms);
  EXPECT_EQ(found->name, given.name);
  EXPECT_EQ(found->issuing_account, kTestAccount);
  EXPECT_EQ(found->created, kTestNow);
  auto set = room.LoadSet(TestRole("ONE"));
  ASSERT_EQ(set->grants().size(), 1u);
  EXPECT_EQ(set->grants()[0]->id, id);
  EXPECT_TRUE(room.LoadSet(TestRole("TWO"))->empty());
  EXPECT_TRUE(room.LoadSet(TestRole("ONE"), TestName(2))->empty());
}

TEST(GrantTable, NothingStandsInTheClear) {
  GrantRoom room;
  Grant grant = TestGrant(TestRole("look-for-me"));
  grant.name = "look-for-me";
  grant.retiring = TestRole("look-for-me");
  grant.terms.constraints.equals = {{"look-for-me", "look-for-me"}};
  room.hooked.before_commit = [](const store::Transaction& transaction) {
    for (const store::Put& put : transaction.puts) {
      EXPECT_EQ((put.key + std::string(AsText(put.value))).find("look-for"), std::string::npos);
    }
    return true;
  };
  room.Give(grant);
}

// The next look on any core: invalidated before the commit's answer is there.
TEST(GrantTable, ARevokedGrantIsGoneAtOnce) {
  GrantRoom room;
  const GrantId id = room.Give(TestGrant());
  const GranteeName name{.key = TestName(), .grantee = TestRole("ONE").form};
  GrantCache::View view(&room.grants().cache());
  EXPECT_EQ(GrantTable::FindCached(&view, name), nullptr);
  EXPECT_TRUE(LetsDecrypt(*room.LoadSet(TestRole("ONE"))));
  ASSERT_NE(GrantTable::FindCached(&view, name), nullptr);
  room.End(id);
  EXPECT_EQ(GrantTable::FindCached(&view, name), nullptr);
  EXPECT_FALSE(LetsDecrypt(*room.LoadSet(TestRole("ONE"))));
  ASSERT_NE(GrantTable::FindCached(&view, name), nullptr) << "that there is none is known, too";
  room.Give(TestGrant());
  EXPECT_EQ(GrantTable::FindCached(&view, name), nullptr);
}

TEST(GrantTable, AFailedCommitIsForgottenToo) {
  GrantRoom room;
  const GrantId id = room.Give(TestGrant());
  GrantCache::View view(&room.grants().cache());
  room.LoadSet(TestRole("ONE"));
  Change removal = room.RemovalOf(room.Find(id));
  room.hooked.before_commit = [](const store::Transaction&) { return false; };
  EXPECT_FALSE(room.CommitAnyhow(removal));
  EXPECT_EQ(GrantTable::FindCached(&view, {.key = TestName(), .grantee = TestRole("ONE").form}), nullptr);
}

TEST(GrantTable, NothingIsLeftOfAGrantThatEnded) {
  GrantRoom room;
  auto everything = [&] {
    return room.Paths(std::string(1, '\x24')).size() + room.Paths(std::string(1, '\x25')).size();
  };
  Grant grant = TestGrant();
  grant.name = "n";
  grant.retiring = TestRole("R");
  const GrantId first = room.Give(grant);
  grant.name = "m";
  const GrantId second = room.Give(grant);
  EXPECT_GT(everything(), 7u);
  room.End(first);
  EXPECT_EQ(room.LoadSet(TestRole("ONE"))->grants().size(), 1u);
  room.End(second);
  EXPECT_EQ(everything(), 0u);
}

TEST(GrantTable, GrantsAreCounted) {
  GrantRoom room;
  std::vector<GrantId> ids;
  for (int i = 0; i < 40; ++i) ids.push_back(room.Give(TestGrant(TestRole(std::to_string(i % 3)))));
  EXPECT_EQ(room.Prepare(TestGrant()).place.on_the_key, 40u);
  EXPECT_EQ(room.Prepare(TestGrant(TestRole("0"))).place.head.count, 14u);
  for (int i = 0; i < 10; ++i) room.End(ids[static_cast<size_t>(i)]);
  EXPECT_EQ(room.Prepare(TestGrant()).place.on_the_key, 30u);
  EXPECT_EQ(room.Prepare(TestGrant(TestRole("ONE"), {kDecrypt}, TestName(2))).place.on_the_key, 0u);
}

TEST(GrantNames, TheSameNameAndParametersAreOneGrant) {
  GrantRoom room;
  Grant grant = TestGrant();
  EXPECT_NE(room.Give(grant), room.Give(grant)) << "without a name each is a new one";
  grant.name = "n";
  const GrantId id = room.Give(grant);
  EXPECT_EQ(room.Prepare(grant).same->id, id);
  EXPECT_EQ(room.Give(grant), id);
  Grant other = grant;
  other.terms.operations.Add(kEncrypt);
  EXPECT_NE(room.Give(other), id) << "names are not unique";
  Grant elsewhere = grant;
  elsewhere.key = TestName(2);
  room.Create(TestKey(TestName(2)), 2);
  EXPECT_NE(room.Give(elsewhere), id);
  room.End(id);
  EXPECT_EQ(room.Prepare(grant).same, nullptr);
  EXPECT_NE(room.Give(grant), id) << "an id is never given again";
}

TEST(GrantNames, TwoAtOnceAreAConflict) {
  GrantRoom room;
  Grant grant = TestGrant();
  grant.name = "n";
  const auto first = room.Prepare(grant);
  const auto second = room.Prepare(grant);
  ASSERT_TRUE(room.CommitAnyhow(room.ChangeFor(grant, first)));
  EXPECT_EQ(room.CommitAnyhow(room.ChangeFor(grant, second)).error().kind, ErrorKind::kConflict);
  EXPECT_EQ(room.Prepare(grant).same->id, first.id);
}

// A key that is disabled, or to be deleted, while a grant on it is made.
TEST(GrantChanges, OfAKeyThatChangedMeanwhileAreAConflict) {
  GrantRoom room;
  const Change change = room.ChangeFor(TestGrant(), room.Prepare(TestGrant()));
  room.Update(room.Load(), [](Key& key) { key.stored_state = KeyState::kPendingDeletion; });
  EXPECT_EQ(room.CommitAnyhow(change).error().kind, ErrorKind::kConflict);
  EXPECT_TRUE(room.Paths(GrantRecordsPrefix(TestName())).empty());
}

TEST(GrantChanges, TwoRemovalsOfOneGrantAreAConflict) {
  GrantRoom room;
  const GrantId id = room.Give(TestGrant());
  room.Give(TestGrant());
  const Change first = room.RemovalOf(room.Find(id));
  const Change second = room.RemovalOf(room.Find(id));
  ASSERT_TRUE(room.CommitAnyhow(first));
  EXPECT_EQ(room.CommitAnyhow(second).error().kind, ErrorKind::kConflict);
  EXPECT_EQ(room.Prepare(TestGrant()).place.on_the_key, 1u);
}

// Those who make grants on one key wait for one another only where they must.
TEST(GrantChanges, OfDifferentGranteesMostlyDoNotConflict) {
  GrantRoom room;
  std::vector<Change> changes;
  std::set<size_t> parts;
  for (int i = 0; parts.size() < 8; ++i) {
    Grant grant = TestGrant(TestRole(std::to_string(i)));
    const auto draft = room.Prepare(grant);
    if (parts.insert(CountPartOf(draft.id)).second) changes.push_back(room.ChangeFor(grant, draft));
  }
  for (const Change& change : changes) EXPECT_TRUE(room.CommitAnyhow(change));
  EXPECT_EQ(room.Prepare(TestGrant()).place.on_the_key, 8u);
}

TEST(GrantChanges, AreInOneLine) {
  GrantRoom room;
  const Change one = room.ChangeFor(TestGrant(), room.Prepare(TestGrant()));
  const Change other = room.ChangeFor(TestGrant(TestRole("TWO")), room.Prepare(TestGrant(TestRole("TWO"))));
  EXPECT_EQ(ContentionOf(one), ContentionOf(other));
  EXPECT_EQ(ContentionOf(Change{}), 0u);
}

// What the disk may do: each of these is found by the next look, and then nothing is allowed.
class GrantFreshness : public testing::Test {
 protected:
  std::optional<Bytes> Read(const std::string& path) { return room.test.Read(path); }
  void ExpectCorrupt() {
    room.grants().cache().InvalidateAll();
    auto set = room.TryLoadSet(TestRole("ONE"));
    ASSERT_FALSE(set);
    EXPECT_EQ(set.error().kind, ErrorKind::kCorrupt);
  }
  std::string Head() { return GranteeHeadPath(TestName(), id.grantee); }
  std::string Path() { return GrantPath(TestName(), id); }

  GrantRoom room;
  GrantId id = room.Give(TestGrant());
};

TEST_F(GrantFreshness, ARevokedGrantThatIsPutBack) {
  room.Give(TestGrant(TestRole("ONE"), {kEncrypt}));
  const Bytes record = *Read(Path());
  room.End(id);
  EXPECT_FALSE(LetsDecrypt(*room.LoadSet(TestRole("ONE"))));
  room.test.Write(Path(), record);
  ExpectCorrupt();
}

TEST_F(GrantFreshness, ARevokedGrantThatIsPutBackInTheOthersPlace) {
  const GrantId other = room.Give(TestGrant(TestRole("ONE"), {kEncrypt}));
  const Bytes record = *Read(Path());
  room.End(id);
  room.Delete(GrantPath(TestName(), other));
  room.test.Write(Path(), record);
  ExpectCorrupt();
}

TEST_F(GrantFreshness, TheOnlyGrantRevokedAndPutBack) {
  const Bytes record = *Read(Path());
  room.End(id);
  room.test.Write(Path(), record);
  room.grants().cache().InvalidateAll();
  EXPECT_FALSE(LetsDecrypt(*room.LoadSet(TestRole("ONE"))));
}

TEST_F(GrantFreshness, AGrantThatIsTakenAway) {
  room.Delete(Path());
  ExpectCorrupt();
}

TEST_F(GrantFreshness, AHeadThatIsTakenAway) {
  room.Delete(Head());
  room.grants().cache().InvalidateAll();
  EXPECT_TRUE(room.LoadSet(TestRole("ONE"))->empty()) << "without it there is no grant";
}

TEST_F(GrantFreshness, AnOlderHead) {
  const Bytes head = *Read(Head());
  room.Give(TestGrant());
  room.test.Write(Head(), head);
  ExpectCorrupt();
}

TEST_F(GrantFreshness, RecordsAreBoundToTheirPlaces) {
  const GrantId other = room.Give(TestGrant(TestRole("TWO"), {kEncrypt}));
  // Another grantee's grant, another key's head.
  room.test.Write(GrantPath(TestName(), other), *Read(Path()));
  EXPECT_FALSE(room.TryLoadSet(TestRole("TWO")));
  room.test.Write(GranteeHeadPath(TestName(2), id.grantee), *Read(Head()));
  EXPECT_FALSE(room.TryLoadSet(TestRole("ONE"), TestName(2)));
}

// What is not counted cannot be taken out of the count.
TEST_F(GrantFreshness, RemovingAGrantThatWasPutBackIsRefused) {
  const Bytes record = *Read(Path());
  room.End(id);
  room.test.Write(Path(), record);
  auto removed = room.CommitAnyhow(room.RemovalOf(room.Find(id)));
  ASSERT_FALSE(removed);
  EXPECT_EQ(removed.error().kind, ErrorKind::kCorrupt);
}

TEST_F(GrantFreshness, ADamagedRecord) {
  room.test.Write(Path(), Bytes(100, 7));
  ExpectCorrupt();
  EXPECT_FALSE(SyncWait(room.grants().Find(TestName(), id)));
  room.test.Write(Head(), Bytes(100, 7));
  ExpectCorrupt();
  EXPECT_FALSE(SyncWait(room.grants().Prepare(TestGrant())));
}

TEST_F(GrantFreshness, ANameThatLeadsToAnotherGrant) {
  Grant one = TestGrant();
  one.name = "one";
  Grant two = TestGrant(TestRole("TWO"));
  two.name = "one";
  room.Give(one);
  const std::string path = GrantNamePath(room.hierarchy(), one);
  const std::string message = records::EncodeGrantName(room.Give(two));
  room.test.Write(path,
                  seal::SealRecord(room.hierarchy(), {.path = path, .account = kTestAccount, .version = 1}, message));
  EXPECT_EQ(SyncWait(room.grants().Prepare(one)).error().kind, ErrorKind::kCorrupt);
}

TEST(GrantPages, OfAKeyAndOfOneGrantee) {
  GrantRoom room;
  room.Create(TestKey(TestName(2)), 2);
  room.Give(TestGrant(TestRole("1"), {kDecrypt}, TestName(2)));
  std::set<std::string> all;
  std::set<std::string> of_one;
  for (int i = 0; i < 25; ++i) {
    const std::string id = room.Give(TestGrant(TestRole(std::to_string(i % 5)))).ToString();
    all.insert(id);
    if (i % 5 == 1) of_one.insert(id);
  }
  auto collect = [&](std::optional<PrincipalForm> grantee, size_t limit) {
    std::set<std::string> found;
    std::string from;
    do {
      auto page = SyncWait(room.grants().List(TestName(), grantee, from, limit)).value();
      EXPECT_LE(page.grants.size(), limit);
      for (const auto& grant : page.grants) EXPECT_TRUE(found.insert(grant->id.ToString()).second);
      from = page.next;
    } while (!from.empty());
    return found;
  };
  for (size_t limit : {1u, 7u, 100u}) {
    EXPECT_EQ(collect(std::nullopt, limit), all);
    EXPECT_EQ(collect(TestRole("1").form, limit), of_one);
    EXPECT_TRUE(collect(TestRole("none").form, limit).empty());
  }
}

TEST(GrantPages, ByRetiringPrincipalOnEveryonesKeys) {
  GrantRoom room;
  const KeyName foreign = TestName(2, kOtherAccount);
  room.Create(TestKey(foreign), 2);
  const GrantPrincipal retiring = TestRole("R", kTestAccount);
  std::set<std::string> expected;
  for (const KeyName& key : {TestName(), foreign}) {
    for (int i = 0; i < 4; ++i) {
      Grant grant = TestGrant(TestRole(std::to_string(i)), {kDecrypt}, key);
      grant.retiring = i < 3 ? retiring : TestRole("other", kTestAccount);
      const std::string id = room.Give(grant).ToString();
      if (i < 3) expected.insert(id);
    }
  }
  room.Give(TestGrant());
  std::set<std::string> found;
  std::string from;
  do {
    auto page = SyncWait(room.grants().ListRetirable(retiring, kTestRegion, from, 2)).value();
    for (const auto& grant : page.grants) EXPECT_TRUE(found.insert(grant->id.ToString()).second);
    from = page.next;
  } while (!from.empty());
  EXPECT_EQ(found, expected);
  EXPECT_TRUE(SyncWait(room.grants().ListRetirable(retiring, *Region::Parse("us-east-1"), "", 100))->grants.empty());
}

// A service as retiring principal is listed to nobody.
TEST(GrantPages, ServicesRetireWithoutAList) {
  GrantRoom room;
  Grant grant = TestGrant();
  grant.retiring = ServicePrincipal("sns.amazonaws.com");
  const GrantId id = room.Give(grant);
  EXPECT_TRUE(room.Paths(std::string(1, '\x25')).empty());
  EXPECT_EQ(room.Find(id)->retiring, grant.retiring);
}

// The cache is bounded by memory, empty sets of guessed grantees and all.
TEST(GrantTable, GuessesDoNotFillMemory) {
  KeyRoom room;
  GrantTable small(room.test.hierarchy.get(), &room.hooked, 64 * 1024);
  for (int i = 0; i < 1000; ++i) {
    SyncWait(small.Load({.key = TestName(), .grantee = TestRole(std::to_string(i)).form})).value();
  }
  EXPECT_LE(small.cache().cost(), 64u * 1024);
  EXPECT_GT(small.cache().size(), 10u);
}

// One grantee can have all of a key's grants: its set is read in pages, whole or not at all.
TEST(GrantTable, ManyGrantsOfOneGrantee) {
  GrantRoom room;
  std::vector<GrantId> ids;
  for (int i = 0; i < 350; ++i) {
    Grant grant = TestGrant();
    grant.terms.constraints.equals = {{"n", std::to_string(i)}};
    ids.push_back(room.Give(grant));
  }
  auto set = room.LoadSet(TestRole("ONE"));
  EXPECT_EQ(set->grants().size(), 350u);
  const shapes::StringMap context = {{"n", "123"}};
  ASSERT_NE(GrantAllows(*set, {.operation = kDecrypt, .encryption_context = &context}), nullptr);
  EXPECT_EQ(GrantAllows(*set, {.operation = kDecrypt, .encryption_context = &context})->id, ids[123]);
  room.Delete(GrantPath(TestName(), ids[349]));
  room.grants().cache().InvalidateAll();
  EXPECT_EQ(room.TryLoadSet(TestRole("ONE")).error().kind, ErrorKind::kCorrupt);
}

// Whether it was before or after: a load that a commit goes by sees one of the two.
TEST(GrantTable, ALoadBesideACommit) {
  GrantRoom room;
  room.Give(TestGrant());
  const Change second = room.ChangeFor(TestGrant(), room.Prepare(TestGrant()));
  bool done = false;
  room.hooked.before_range = [&] {
    if (std::exchange(done, true)) return;
    auto transaction = BuildTransaction(room.hierarchy(), second, {.id = {9}, .line = "{}"}).value();
    store::CommitAndWait(room.test.store, std::move(transaction)).value();
  };
  EXPECT_EQ(room.LoadSet(TestRole("ONE"))->grants().size(), 2u);
}

}  // namespace
}  // namespace kagimori::keys
