#include "keys/outbox.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "audit/testing/log_folder.h"
#include "keys/testing/test_keys.h"

namespace kagimori::keys {
namespace {

using audit::LogFolder;
using audit::TestRecord;

void PutInOutbox(KeyRoom& room, const TestRecord& record) {
  Change nothing;
  SyncWait(room.committer.Commit(nothing, {.id = record.id, .line = record.text})).value();
}

size_t TimesInLog(const LogFolder& folder, const TestRecord& record) {
  size_t times = 0;
  for (const auto& name : folder.Names()) {
    for (const std::string& line : audit::SplitLines(audit::ReadFile(folder.path / name))) times += line == record.text;
  }
  return times;
}

struct OutboxTest : testing::Test {
  KeyRoom room;
  LogFolder folder;
};

TEST_F(OutboxTest, RecoverAppendsExactlyWhatIsMissing) {
  TestRecord logged("Encrypt");
  TestRecord missing("CreateKey");
  PutInOutbox(room, logged);
  PutInOutbox(room, missing);
  audit::EventLine line = logged.line();
  ASSERT_TRUE(folder.Open()->Append({&line, 1}));
  {
    auto log = folder.Open();  // as at a start: it knows what it holds
    OutboxDelivery outbox(&room.hierarchy(), &room.test.store, log.get());
    EXPECT_EQ(outbox.Recover().value(), 1u);
    EXPECT_TRUE(room.Paths(OutboxPrefix()).empty());
    EXPECT_EQ(outbox.Recover().value(), 0u);
  }
  EXPECT_EQ(TimesInLog(folder, logged), 1u);
  EXPECT_EQ(TimesInLog(folder, missing), 1u);
  EXPECT_TRUE(folder.Check().ok());
}

// More than one transaction can delete.
TEST_F(OutboxTest, RecoverEmptiesALargeOutbox) {
  std::vector<TestRecord> records(250);
  for (const TestRecord& record : records) PutInOutbox(room, record);
  auto log = folder.Open();
  OutboxDelivery outbox(&room.hierarchy(), &room.test.store, log.get());
  EXPECT_EQ(outbox.Recover().value(), 250u);
  EXPECT_TRUE(room.Paths(OutboxPrefix()).empty());
}

// A crash after the append and before the deletion: the next start finds the event in the log.
TEST_F(OutboxTest, ACrashBeforeTheDeletionWritesNothingTwice) {
  TestRecord record;
  PutInOutbox(room, record);
  for (int start = 0; start < 2; ++start) {
    auto log = folder.Open();
    room.hooked.before_commit = [&](const store::Transaction&) { return start == 1; };
    OutboxDelivery outbox(&room.hierarchy(), &room.hooked, log.get());
    auto recovered = outbox.Recover();
    EXPECT_EQ(recovered.has_value(), start == 1);
    if (recovered) {
      EXPECT_EQ(*recovered, 0u);
    }
  }
  EXPECT_EQ(TimesInLog(folder, record), 1u);
  EXPECT_TRUE(room.Paths(OutboxPrefix()).empty());
}

// The power goes a second time, before what was appended has left the outbox: it must not be two files back by then.
TEST_F(OutboxTest, ARecoveryBeginsNoFileThatHidesWhatItAppended) {
  folder.rotate_bytes = 1;
  std::vector<TestRecord> records(20);
  for (const TestRecord& record : records) PutInOutbox(room, record);
  for (int start = 0; start < 2; ++start) {
    auto log = folder.Open();
    room.hooked.before_commit = [&](const store::Transaction&) { return start == 1; };
    OutboxDelivery outbox(&room.hierarchy(), &room.hooked, log.get());
    EXPECT_EQ(outbox.Recover().has_value(), start == 1);
  }
  for (const TestRecord& record : records) EXPECT_EQ(TimesInLog(folder, record), 1u);
}

// The cut left the newest file closed and took the name of the one behind it. A start may begin that one again only
// when what stands in the file before has left the outbox.
TEST_F(OutboxTest, AFileThatACutTookAwayIsBegunAgainWhenNothingIsHiddenByIt) {
  folder.rotate_bytes = 1;
  std::vector<TestRecord> records(3);
  for (const TestRecord& record : records) PutInOutbox(room, record);
  {
    auto log = folder.Open();
    for (const TestRecord* record : {&records[0], &records[1]}) {
      audit::EventLine line = record->line();
      ASSERT_TRUE(log->Append({&line, 1}));
    }
    audit::AppendBatch(log.get(), 1);
  }
  ASSERT_TRUE(std::filesystem::remove(folder.File(3)));  // files 1 and 2 are closed
  for (int commits : {0, 1, 9}) {                        // how many are done before the power goes again
    auto log = folder.Open();
    ASSERT_NE(log, nullptr);
    room.hooked.before_commit = [&](const store::Transaction&) { return commits-- > 0; };
    OutboxDelivery outbox(&room.hierarchy(), &room.hooked, log.get());
    (void)outbox.Recover();
  }
  for (const TestRecord& record : records) EXPECT_EQ(TimesInLog(folder, record), 1u);
  EXPECT_TRUE(room.Paths(OutboxPrefix()).empty());
  EXPECT_TRUE(folder.Check().ok());
}

// The same with nothing left to append: the log must not stay without the file that its newest one says follows.
TEST_F(OutboxTest, ARecoveryBeginsTheFileThatACutTookAway) {
  folder.rotate_bytes = 1;
  {
    auto log = folder.Open();
    audit::AppendBatch(log.get(), 1);
    audit::AppendBatch(log.get(), 1);
  }
  ASSERT_TRUE(std::filesystem::remove(folder.File(2)));
  {
    auto log = folder.Open();
    OutboxDelivery outbox(&room.hierarchy(), &room.hooked, log.get());
    ASSERT_TRUE(outbox.Recover());
  }
  EXPECT_TRUE(folder.Check().ok());
}

TEST_F(OutboxTest, AChangedEventStopsTheStart) {
  TestRecord record;
  PutInOutbox(room, record);
  Bytes stored = room.test.Read(OutboxPath(record.id)).value();
  stored.back() ^= 1;
  room.test.Write(OutboxPath(record.id), stored);
  auto log = folder.Open();
  OutboxDelivery outbox(&room.hierarchy(), &room.test.store, log.get());
  EXPECT_EQ(outbox.Recover().error().kind, ErrorKind::kCorrupt);
  EXPECT_EQ(TimesInLog(folder, record), 0u);
}

TEST_F(OutboxTest, WhatIsSyncedLeavesAndTheRestStays) {
  TestRecord delivered("one");
  TestRecord unsynced("two");
  PutInOutbox(room, delivered);
  PutInOutbox(room, unsynced);
  auto log = folder.Open();
  OutboxDelivery outbox(&room.hierarchy(), &room.test.store, log.get());
  outbox.Start();
  audit::EventLine line = delivered.line();
  auto anchor = log->Append({&line, 1});
  ASSERT_TRUE(anchor);
  ASSERT_TRUE(log->Sync());
  outbox.Delivered(delivered.id, log->SyncedSequence());
  outbox.Delivered(unsynced.id, log->SyncedSequence() + 1000);
  for (int tries = 0; tries < 100 && room.Paths(OutboxPrefix()).size() > 1; ++tries)
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_EQ(room.Paths(OutboxPrefix()), std::vector{OutboxPath(unsynced.id)});
}

}  // namespace
}  // namespace kagimori::keys
