// A newer version's records: an older program, which would write them back without their new fields, reads none of
// them.
#include <gtest/gtest.h>

#include "audit/testing/log_folder.h"
#include "keys/clock_keeper.h"
#include "keys/inventory.h"
#include "keys/outbox.h"
#include "keys/scheduled_deletion.h"
#include "keys/testing/test_grants.h"
#include "seal/sealed_record.h"

namespace kagimori::keys {
namespace {

class NewerRecords : public testing::Test {
 protected:
  // The same message, said to be of the schema after the newest.
  void Rewrite(const std::string& path) {
    const AccountId account = seal::SealingAccount(path);
    const auto opened = seal::OpenRecord(room.hierarchy(), path, account, room.test.Read(path).value()).value();
    room.test.Write(path, seal::SealRecord(room.hierarchy(),
                                           {.path = path,
                                            .account = account,
                                            .schema = static_cast<uint16_t>(seal::NewestSchema(path) + 1),
                                            .version = opened.version},
                                           opened.message));
  }

  template <class Read>
  void ExpectRefused(const std::string& path, Read read) {
    SCOPED_TRACE(seal::DescribePath(path));
    EXPECT_TRUE(read());
    const Bytes before = room.test.Read(path).value();
    Rewrite(path);
    const auto refused = read();
    room.test.Write(path, before);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::kCorrupt);
    EXPECT_NE(refused.error().text.find("made by a newer version of Kagimori"), std::string::npos)
        << refused.error().text;
  }

  KeyRoom room;
};

TEST_F(NewerRecords, KeysAndTheirParts) {
  Key key = TestKey();
  key.description = "d";
  key.policy = "{}";
  key.tags = {{"k", "v"}};
  room.AddAlias(room.Create(std::move(key)), "alias/a");
  std::vector<std::string> paths = room.Paths(PartPrefix(TestName()));
  ASSERT_EQ(paths.size(), 5u);
  paths.push_back(HeadPath(TestName()));
  for (const std::string& path : paths) ExpectRefused(path, [&] { return room.TryLoad(); });
  ExpectRefused(HeadPath(TestName()),
                [&] { return SyncWait(room.table.ListKeys(kTestAccount, kTestRegion, "", 10, kTestNow)); });
  ExpectRefused(HeadPath(TestName()), [&] {
    const std::string path = HeadPath(TestName());
    return ReadKeyEntry(room.hierarchy(), {.key = path, .value = room.test.Read(path).value()});
  });
}

TEST_F(NewerRecords, Aliases) {
  room.AddAlias(room.Create(), "alias/a");
  const std::string path = AliasPath(room.hierarchy(), TestAliasName("alias/a"));
  ExpectRefused(path, [&] { return SyncWait(room.table.LoadAlias(TestAliasName("alias/a"))); });
  ExpectRefused(path, [&] { return SyncWait(room.table.ListAliases(kTestAccount, kTestRegion, "", 10, kTestNow)); });
  ExpectRefused(path,
                [&] { return ReadAliasEntry(room.hierarchy(), {.key = path, .value = room.test.Read(path).value()}); });
}

TEST_F(NewerRecords, Grants) {
  GrantRoom grants;
  Grant grant = TestGrant();
  grant.name = "n";
  grant.retiring = TestRole("R");
  const GrantId id = grants.Give(grant);
  auto expect_refused = [&](const std::string& path, auto read) {
    const Bytes before = *grants.test.Read(path);
    const AccountId account = seal::SealingAccount(path);
    const auto opened = seal::OpenRecord(grants.hierarchy(), path, account, before).value();
    EXPECT_TRUE(read());
    grants.test.Write(path, seal::SealRecord(grants.hierarchy(),
                                             {.path = path,
                                              .account = account,
                                              .schema = static_cast<uint16_t>(seal::NewestSchema(path) + 1),
                                              .version = opened.version},
                                             opened.message));
    grants.grants().cache().InvalidateAll();
    const auto refused = read();
    grants.test.Write(path, before);
    grants.grants().cache().InvalidateAll();
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().text.find("made by a newer version of Kagimori"), std::string::npos)
        << refused.error().text;
  };
  const std::string path = GrantPath(TestName(), id);
  expect_refused(path, [&] { return grants.TryLoadSet(grant.grantee); });
  expect_refused(path, [&] { return SyncWait(grants.grants().Find(TestName(), id)); });
  expect_refused(path, [&] { return SyncWait(grants.grants().List(TestName(), std::nullopt, "", 10)); });
  expect_refused(path,
                 [&] { return ReadGrantEntry(grants.hierarchy(), {.key = path, .value = *grants.test.Read(path)}); });
  const std::string head = GranteeHeadPath(TestName(), id.grantee);
  expect_refused(head, [&] { return grants.TryLoadSet(grant.grantee); });
  expect_refused(head, [&] { return SyncWait(grants.grants().Prepare(grant)); });
  expect_refused(head,
                 [&] { return ReadGrantEntry(grants.hierarchy(), {.key = head, .value = *grants.test.Read(head)}); });
  expect_refused(GrantCountPath(TestName(), CountPartOf(id)), [&] { return SyncWait(grants.grants().Prepare(grant)); });
  expect_refused(GrantNamePath(grants.hierarchy(), grant), [&] { return SyncWait(grants.grants().Prepare(grant)); });
  expect_refused(RetirablePath(grants.hierarchy(), *grant.retiring, TestName(), id),
                 [&] { return SyncWait(grants.grants().ListRetirable(*grant.retiring, kTestRegion, "", 10)); });
}

// Nothing of the key is destroyed by a program that may not know why it should stay.
TEST_F(NewerRecords, TheSchedule) {
  room.Update(room.Create(), [](Key& edited) {
    edited.stored_state = KeyState::kPendingDeletion;
    edited.deletion_due = kTestNow;
  });
  const std::string path = room.Paths(DuePrefix()).at(0);
  Rewrite(path);
  ManualClock clock{kTestNow};
  ScheduledDeletion reaper(
      &room.hierarchy(), &room.hooked, &room.table, &clock, [] { return uint64_t{0}; },
      {.uptime_before_destruction = {}}, [](const Key&) { return ScheduledDeletion::EventLine{}; },
      [](std::span<const ScheduledDeletion::EventLine>) -> Result<> { return {}; });
  const auto run = reaper.RunOnce();
  ASSERT_FALSE(run);
  EXPECT_NE(run.error().text.find("made by a newer version of Kagimori"), std::string::npos) << run.error().text;
  EXPECT_TRUE(room.test.Read(HeadPath(TestName())));
}

TEST_F(NewerRecords, TheOutbox) {
  const audit::TestRecord record("CreateKey");
  SyncWait(room.committer.Commit(Change{}, {.id = record.id, .line = record.text})).value();
  Rewrite(OutboxPath(record.id));
  audit::LogFolder folder;
  auto log = folder.Open();
  OutboxDelivery outbox(&room.hierarchy(), &room.test.store, log.get());
  const auto recovered = outbox.Recover();
  ASSERT_FALSE(recovered);
  EXPECT_NE(recovered.error().text.find("made by a newer version of Kagimori"), std::string::npos);
  EXPECT_TRUE(room.test.Read(OutboxPath(record.id))) << "the event is kept for the program that knows it";
}

TEST_F(NewerRecords, TheClock) {
  const SystemClock clock;
  ClockKeeper keeper(&room.hierarchy(), &room.test.store, &clock, {});
  ASSERT_TRUE(keeper.Save());
  ExpectRefused(ClockPath(), [&] { return ClockKeeper::Load(room.hierarchy(), &room.test.store); });
}

}  // namespace
}  // namespace kagimori::keys
