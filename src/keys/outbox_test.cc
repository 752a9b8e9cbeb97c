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
