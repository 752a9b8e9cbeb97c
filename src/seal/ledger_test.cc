#include "seal/ledger.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "seal/ledger_head.h"
#include "seal/path.h"
#include "seal/scrub.h"
#include "seal/sealed_record.h"
#include "seal/testing/test_store.h"

namespace kagimori::seal {
namespace {

constexpr AccountId kOne = AccountId::FromNumber(111122223333);
constexpr AccountId kTwo = AccountId::FromNumber(444455556666);

std::string KeyPath(AccountId account, uint64_t id) {
  return Path(RecordType::kKey).Account(account).Number<2>(1).Number<1>(0).Number<8>(0).Number<8>(id).text();
}

// A store whose ledger is on, and whose records a thief may touch behind its back.
struct Room {
  Room() { ledger = Attach(Ledger::Create(test.hierarchy.get(), &test.store)); }

  std::unique_ptr<Ledger> Attach(Result<std::unique_ptr<Ledger>> made) {
    EXPECT_TRUE(made) << Describe(made.error());
    test.store.SetLedger(made->get());
    return *std::move(made);
  }
  Bytes Seal(const std::string& path, uint64_t version, const std::string& text = "text") {
    return SealRecord(*test.hierarchy, {.path = path, .account = SealingAccount(path), .version = version}, text);
  }
  void Put(const std::string& path, uint64_t version = 1) { test.Write(path, Seal(path, version)); }
  void Delete(const std::string& path) {
    ASSERT_TRUE(store::CommitAndWait(test.store, {.preconditions = {}, .puts = {}, .deletes = {path}}));
  }
  // What somebody with the disk does: the ledger sees nothing of it. The store's revision is set back by nobody here,
  // so the deployment's head would give each of these away; it is made to fit, as if it had been the last write.
  void BehindItsBack(const std::string& path, std::optional<Bytes> value) {
    test.store.SetLedger(nullptr);
    store::Transaction transaction;
    if (value) {
      transaction.puts.push_back({path, *std::move(value)});
    } else {
      transaction.deletes.push_back(path);
    }
    ASSERT_TRUE(store::CommitAndWait(test.store, std::move(transaction)));
    test.store.SetLedger(ledger.get());
    Put(Path(RecordType::kClock).text(), ++clock);
  }
  ScrubReport Check() {
    auto snapshot = test.store.TakeSnapshot().value();
    return Scrub(*test.hierarchy, *snapshot, {}).value();
  }
  std::string Findings() {
    std::string all;
    for (const ScrubFinding& finding : Check().findings) all += finding.text + "\n";
    return all;
  }

  TestStore test;
  std::unique_ptr<Ledger> ledger;
  uint64_t clock = 0;
};

TEST(Ledger, AStoreThatNobodyTouchedIsWhole) {
  Room room;
  for (uint64_t i = 0; i < 20; ++i) room.Put(KeyPath(i % 2 == 0 ? kOne : kTwo, i));
  for (uint64_t i = 0; i < 20; i += 3) room.Put(KeyPath(i % 2 == 0 ? kOne : kTwo, i), 2);
  room.Delete(KeyPath(kOne, 4));
  room.Put(Path(RecordType::kOutbox).Number<8>(0).Number<8>(7).text());
  ScrubReport report = room.Check();
  EXPECT_TRUE(report.ok()) << room.Findings();
  EXPECT_TRUE(report.complete);
  EXPECT_EQ(report.accounts, 2u);
  EXPECT_EQ(report.records, 19u + 1 + 1 + 3) << "keys, outbox, deployment record, three heads";
  EXPECT_EQ(report.revision, room.ledger->revision());
}

TEST(Ledger, ItsHeadsAreThereAgainAfterAStart) {
  Room room;
  room.Put(KeyPath(kOne, 1));
  room.ledger->SetAnchor({.sequence = 12, .link = {1, 2, 3}, .file = 4, .offset = 56});
  room.Put(KeyPath(kTwo, 1));
  store::Revision revision = room.ledger->revision();
  room.ledger = room.Attach(Ledger::Open(room.test.hierarchy.get(), &room.test.store));
  EXPECT_EQ(room.ledger->revision(), revision);
  EXPECT_EQ(room.ledger->anchor(), (audit::Anchor{.sequence = 12, .link = {1, 2, 3}, .file = 4, .offset = 56}));
  room.Put(KeyPath(kOne, 1), 2);
  room.Put(KeyPath(kOne, 2));
  EXPECT_TRUE(room.Check().ok()) << room.Findings();
  EXPECT_EQ(room.ledger->anchor().sequence, 12u) << "kept until there is a newer one";
}

TEST(Ledger, AnOldRecordPutBackUnderItsOwnPathIsFound) {
  Room room;
  std::string path = KeyPath(kOne, 1);
  Bytes old = room.Seal(path, 1);
  room.test.Write(path, old);
  room.Put(path, 2);
  room.BehindItsBack(path, old);
  EXPECT_NE(room.Findings().find("of the 1 records of account 111122223333 some are not the newest"), std::string::npos)
      << room.Findings();
  EXPECT_EQ(room.Check().damaged, std::set<AccountId>{kOne});
}

TEST(Ledger, AnOldRecordOfTheSameVersionIsFoundToo) {
  Room room;
  std::string path = KeyPath(kOne, 1);
  Bytes first_life = room.Seal(path, 1, "an alias, deleted and made again");
  room.test.Write(path, first_life);
  room.Delete(path);
  room.Put(path, 1);
  EXPECT_TRUE(room.Check().ok());
  room.BehindItsBack(path, first_life);
  EXPECT_FALSE(room.Check().ok());
}

TEST(Ledger, ARemovedRecordIsFound) {
  Room room;
  room.Put(KeyPath(kOne, 1));
  room.Put(KeyPath(kOne, 2));
  room.BehindItsBack(KeyPath(kOne, 2), std::nullopt);
  EXPECT_EQ(room.Findings(), "account 111122223333 lacks 1 of 2 records: removed\n");
}

TEST(Ledger, AllRecordsOfAnAccountRemovedWithItsHeadAreFound) {
  Room room;
  room.Put(KeyPath(kOne, 1));
  room.Put(KeyPath(kTwo, 1));
  room.BehindItsBack(KeyPath(kTwo, 1), std::nullopt);
  room.BehindItsBack(LedgerHeadPath(kTwo), std::nullopt);
  EXPECT_EQ(room.Findings(), "the accounts' heads are not those that the deployment's head names\n");
  auto opened = Ledger::Open(room.test.hierarchy.get(), &room.test.store);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, ErrorKind::kCorrupt);
}

TEST(Ledger, AnExtraRecordIsFound) {
  Room room;
  std::string path = KeyPath(kOne, 2);
  room.Put(KeyPath(kOne, 1));
  Bytes deleted = room.Seal(path, 1);
  room.test.Write(path, deleted);
  room.Delete(path);
  room.BehindItsBack(path, deleted);
  EXPECT_EQ(room.Findings(),
            "account 111122223333 has 1 records more than its 1: added, or put back after they were deleted\n");
}

TEST(Ledger, ARecordOfAnAccountThatHasNoneIsFound) {
  Room room;
  std::string path = KeyPath(kTwo, 1);
  room.BehindItsBack(path, room.Seal(path, 1));
  EXPECT_EQ(room.Findings(), "1 records of account 444455556666, which has no head\n");
}

TEST(Ledger, AWholeAccountPutBackToAnOlderTimeIsFoundAtTheStart) {
  Room room;
  std::string path = KeyPath(kOne, 1);
  room.Put(path, 1);
  Bytes old = *room.test.Read(path);
  Bytes old_head = *room.test.Read(LedgerHeadPath(kOne));
  room.Put(path, 2);
  room.BehindItsBack(path, old);
  room.BehindItsBack(LedgerHeadPath(kOne), old_head);
  EXPECT_EQ(room.Findings(), "the accounts' heads are not those that the deployment's head names\n");
  auto opened = Ledger::Open(room.test.hierarchy.get(), &room.test.store);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, ErrorKind::kCorrupt);
}

TEST(Ledger, AnOlderHeadOfTheDeploymentIsFoundAtTheStart) {
  Room room;
  room.Put(KeyPath(kOne, 1));
  Bytes old = *room.test.Read(LedgerHeadPath(kNoAccount));
  room.Put(Path(RecordType::kClock).text());
  room.test.store.SetLedger(nullptr);
  room.test.Write(LedgerHeadPath(kNoAccount), old);
  auto opened = Ledger::Open(room.test.hierarchy.get(), &room.test.store);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().text, "the store is at another revision than its head: records or the head were put back");
}

TEST(Ledger, AStoreWithoutItsHeadDoesNotOpen) {
  Room room;
  room.Put(KeyPath(kOne, 1));
  room.test.store.SetLedger(nullptr);
  room.Delete(LedgerHeadPath(kNoAccount));
  EXPECT_FALSE(Ledger::Open(room.test.hierarchy.get(), &room.test.store));
}

TEST(Ledger, AChangedRecordIsNamedByTheScrub) {
  Room room;
  room.Put(KeyPath(kOne, 1));
  Bytes changed = *room.test.Read(KeyPath(kOne, 1));
  changed.back() ^= 1;  // beyond what the ledger's tag covers
  room.BehindItsBack(KeyPath(kOne, 1), changed);
  EXPECT_NE(room.Findings().find("record of type 20 of account 111122223333 in us-east-2"), std::string::npos)
      << room.Findings();
}

TEST(Ledger, EveryByteOfAHeadCounts) {
  Room room;
  room.Put(KeyPath(kOne, 1));
  for (AccountId account : {kNoAccount, kOne}) {
    Bytes head = *room.test.Read(LedgerHeadPath(account));
    for (size_t i = 0; i < head.size(); ++i) {
      Bytes changed = head;
      changed[i] ^= 0x20;
      room.test.store.SetLedger(nullptr);
      room.test.Write(LedgerHeadPath(account), changed);
      auto opened = Ledger::Open(room.test.hierarchy.get(), &room.test.store);
      ASSERT_FALSE(opened) << i;
      EXPECT_EQ(opened.error().text.find("another revision"), std::string::npos) << i << ": found by accident only";
    }
    room.test.Write(LedgerHeadPath(account), head);
  }
}

TEST(Ledger, NobodyElseWritesItsRecords) {
  Room room;
  store::Transaction transaction;
  transaction.puts.push_back({LedgerHeadPath(kNoAccount), Bytes(10)});
  EXPECT_FALSE(store::CommitAndWait(room.test.store, std::move(transaction)));
  EXPECT_TRUE(room.Check().ok());
}

TEST(Ledger, ItsHeadsComeUnderTheNewTermWithTheCommitsThatFollow) {
  Room room;
  for (uint64_t i = 0; i < 40; ++i) room.Put(KeyPath(AccountId::FromNumber(i), 1));
  EXPECT_EQ(room.ledger->stale_heads(), 0u);
  ASSERT_TRUE(room.test.hierarchy->BeginTerm(&room.test.store, {}));
  int commits = 0;
  for (; room.ledger->stale_heads() > 0 && commits < 20; ++commits) room.Put(KeyPath(kOne, 1), 10 + commits);
  EXPECT_LT(commits, 10);
  EXPECT_TRUE(room.Check().ok()) << room.Findings();
  room.ledger = room.Attach(Ledger::Open(room.test.hierarchy.get(), &room.test.store));
  EXPECT_EQ(room.ledger->stale_heads(), 0u);
}

TEST(Ledger, CreateSumsUpWhatIsThereWhateverItsHeadsSaid) {
  Room room;
  for (uint64_t i = 0; i < 250; ++i) room.Put(KeyPath(AccountId::FromNumber(100 + i), 1));
  room.BehindItsBack(KeyPath(AccountId::FromNumber(100), 1), std::nullopt);
  EXPECT_FALSE(room.Check().ok());
  room.test.store.SetLedger(nullptr);
  room.ledger = room.Attach(Ledger::Create(room.test.hierarchy.get(), &room.test.store));
  ScrubReport report = room.Check();
  EXPECT_TRUE(report.ok()) << room.Findings();
  EXPECT_EQ(report.accounts, 249u) << "an account without a record has no head";
  EXPECT_TRUE(Ledger::Open(room.test.hierarchy.get(), &room.test.store));
}

TEST(Scrub, StopsWhenToldTo) {
  Room room;
  for (uint64_t i = 0; i < 600; ++i) room.Put(KeyPath(kOne, i));
  auto snapshot = room.test.store.TakeSnapshot().value();
  int asked = 0;
  auto report = Scrub(*room.test.hierarchy, *snapshot,
                      {.records_per_second = 1, .stop = [&asked] { return ++asked > 2; }, .also = {}});
  ASSERT_TRUE(report);
  EXPECT_FALSE(report->complete);
  EXPECT_TRUE(report->ok());
}

TEST(Scrub, TellsWhatTheRoomsAboveFind) {
  Room room;
  room.Put(KeyPath(kOne, 1));
  auto snapshot = room.test.store.TakeSnapshot().value();
  auto report = Scrub(*room.test.hierarchy, *snapshot,
                      {.records_per_second = 0,
                       .stop = [] { return false; },
                       .also = [](std::string_view, const OpenedRecord& record) -> Result<> {
                         if (record.message == "text") return Fail(ErrorKind::kCorrupt, "reads badly");
                         return {};
                       }});
  ASSERT_TRUE(report);
  ASSERT_EQ(report->finding_count, 1u);
  EXPECT_TRUE(report->findings[0].text.ends_with(": reads badly"));
}

}  // namespace
}  // namespace kagimori::seal
