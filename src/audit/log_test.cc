#include "audit/log.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <future>
#include <thread>

#include "audit/control_line.h"
#include "audit/testing/log_folder.h"

namespace kagimori::audit {
namespace {

TEST(LogTest, BeginsAndContinues) {
  LogFolder folder;
  Anchor first;
  {
    auto log = folder.Open();
    EXPECT_EQ(log->Head().sequence, 0u);
    first = AppendBatch(log.get(), 3);
    EXPECT_EQ(first.sequence, 3u);
    EXPECT_EQ(log->Head(), first);
  }
  auto log = folder.Open();
  EXPECT_EQ(log->Head(), first);
  EXPECT_EQ(log->SyncedSequence(), 3u);
  EXPECT_EQ(log->recovery().events, 3u);
  EXPECT_EQ(log->recovery().torn_bytes, 0u);
  EXPECT_EQ(AppendBatch(log.get(), 2).sequence, 5u);
  auto head = log->Append({});
  ASSERT_TRUE(head.has_value());
  EXPECT_EQ(head->sequence, 5u);
  log.reset();
  EXPECT_TRUE(folder.Check().ok());
}

TEST(LogTest, KnowsTheRecordsOfTheNewestFiles) {
  LogFolder folder;
  folder.rotate_bytes = 1;
  std::vector<TestRecord> records(3);
  {
    auto log = folder.Open();
    for (const TestRecord& record : records) {
      EventLine line = record.line();
      ASSERT_TRUE(log->Append({&line, 1}).has_value());
      EXPECT_FALSE(log->Contains(record.id));  // what was there at the start, nothing else
    }
  }
  auto log = folder.Open();
  EXPECT_FALSE(log->Contains(records[0].id));
  EXPECT_TRUE(log->Contains(records[1].id));
  EXPECT_TRUE(log->Contains(records[2].id));
  EXPECT_FALSE(log->Contains(TestRecord().id));
  ASSERT_TRUE(log->FinishRecovery());
  EXPECT_FALSE(log->Contains(records[2].id));
}

TEST(LogTest, LinksNameTheNewestStoreRevision) {
  LogFolder folder;
  auto log = folder.Open();
  log->NoteStoreRevision(41);
  log->NoteStoreRevision(40);
  AppendBatch(log.get(), 1);
  auto link = ParseControlLine(SplitLines(ReadFile(folder.File(1)))[2]);
  ASSERT_TRUE(link);
  EXPECT_EQ(link->store_revision, 41u);
}

// A crash may cut the last batch anywhere. What was linked stays; the rest is kept aside and recorded; the log goes on.
TEST(LogTest, RecoversAtEveryPointOfTruncation) {
  LogFolder folder;
  Anchor before;
  {
    auto log = folder.Open();
    before = AppendBatch(log.get(), 1);
    AppendBatch(log.get(), 2);
  }
  std::string text = ReadFile(folder.File(1));
  for (size_t size = before.offset; size < text.size(); ++size) {
    for (const std::string& name : folder.Names()) std::filesystem::remove(folder.path / name);
    WriteFile(folder.File(1), text.substr(0, size));
    size_t torn = size - before.offset;
    {
      auto log = folder.Open();
      ASSERT_NE(log, nullptr) << size;
      EXPECT_EQ(log->Head().sequence, before.sequence);
      EXPECT_EQ(log->recovery().torn_bytes, torn);
      if (torn > 0) {
        ASSERT_EQ(ReadFile(log->recovery().torn_file), text.substr(before.offset, torn));
      }
      if (size % 16 == 0) AppendBatch(log.get(), 1);
    }
    Report report = folder.Check();
    ASSERT_TRUE(report.ok()) << Describe(report);
    EXPECT_EQ(report.recoveries, torn > 0 ? 1u : 0u);
    EXPECT_EQ(report.side_files.size(), torn > 0 ? 1u : 0u);
  }
}

// After a power cut any sector of what was not synced may be missing, with later ones there.
TEST(LogTest, RecoversFromSectorsThatNeverReachedTheDisk) {
  constexpr size_t kSector = 512;
  LogFolder folder;
  Anchor before;
  {
    auto log = folder.Open();
    before = AppendBatch(log.get(), 2);
    for (int i = 0; i < 4; ++i) AppendBatch(log.get(), 3);
  }
  const std::string text = ReadFile(folder.File(1));
  for (size_t sector = before.offset / kSector; sector * kSector < text.size(); ++sector) {
    for (const std::string& name : folder.Names()) std::filesystem::remove(folder.path / name);
    std::string damaged = text;
    for (size_t i = std::max(before.offset, sector * kSector); i < std::min(text.size(), (sector + 1) * kSector); ++i) {
      damaged[i] = '\0';
    }
    WriteFile(folder.File(1), damaged);
    {
      auto log = folder.Open();
      ASSERT_NE(log, nullptr) << sector;
      EXPECT_GE(log->Head().sequence, before.sequence);
      EXPECT_LT(log->Head().sequence, before.sequence + 12);
      EXPECT_EQ(ReadFile(log->recovery().torn_file).size(), log->recovery().torn_bytes);
      AppendBatch(log.get(), 1);
    }
    Report report = folder.Check();
    ASSERT_TRUE(report.ok()) << Describe(report);
    EXPECT_EQ(report.recoveries, 1u);
  }
}

// Two files later the anchor's link is in a file that a start does not read.
TEST(LogTest, AnAnchorAtTheEndOfAnEarlierFileIsBelieved) {
  LogFolder folder;
  folder.rotate_bytes = 1;
  LogOptions options = folder.Options();
  {
    auto log = folder.Open();
    AppendBatch(log.get(), 2);
    options.anchor = AppendBatch(log.get(), 2);  // the last record of file 2
    AppendBatch(log.get(), 1);
    AppendBatch(log.get(), 1);
  }
  auto log = Log::Open(options);
  ASSERT_TRUE(log) << Describe(log.error());
  EXPECT_EQ((*log)->Head().file, 4u);
}

// The outbox is searched in the newest two files: none may begin while an event in it would fall behind them.
TEST(LogTest, BeginsNoFileWhileAnEventIsUnsettled) {
  LogFolder folder;
  folder.rotate_bytes = 1;
  auto log = folder.Open();
  log->NoteSettled(0);
  for (int i = 0; i < 5; ++i) AppendBatch(log.get(), 1);
  EXPECT_EQ(log->Head().file, 2u);  // the first file held nothing that is unsettled before it
  log->NoteSettled(5);
  AppendBatch(log.get(), 1);
  EXPECT_EQ(log->Head().file, 3u);
}

TEST(LogTest, RefusesALogWhoseChainDoesNotHold) {
  LogFolder folder;
  {
    auto log = folder.Open();
    AppendBatch(log.get(), 2);
    AppendBatch(log.get(), 2);
  }
  std::string text = ReadFile(folder.File(1));
  std::vector<std::string> lines = SplitLines(text);
  size_t last_link = text.size() - lines.back().size() - 1;
  for (size_t at : {size_t{40}, lines[0].size() + 30, text.size() / 2, last_link + 60, text.size() - 20}) {
    std::string bad = text;
    bad[at] ^= 1;
    WriteFile(folder.File(1), bad);
    auto log = Log::Open(folder.Options());
    ASSERT_FALSE(log.has_value()) << at;
    EXPECT_EQ(log.error().kind, ErrorKind::kCorrupt);
    EXPECT_EQ(ReadFile(folder.File(1)), bad);  // evidence is left alone
  }
}

TEST(LogTest, RefusesAnotherKeyAnotherDeploymentAndAnOlderCopy) {
  LogFolder folder;
  Anchor old, now;
  std::string old_text;
  {
    auto log = folder.Open();
    old = AppendBatch(log.get(), 2);
    ASSERT_TRUE(log->Sync().has_value());
    old_text = ReadFile(folder.File(1));
    now = AppendBatch(log.get(), 2);
  }
  LogFolder other(2);
  LogOptions options = other.Options();
  options.folder = folder.path;
  EXPECT_FALSE(Log::Open(options).has_value());
  options = folder.Options();
  options.deployment[3] ^= 1;
  EXPECT_FALSE(Log::Open(options).has_value());

  options = folder.Options();
  options.anchor = old;
  EXPECT_TRUE(Log::Open(options).has_value());
  options.anchor = now;
  EXPECT_TRUE(Log::Open(options).has_value());
  WriteFile(folder.File(1), old_text);
  EXPECT_FALSE(Log::Open(options).has_value());
  std::filesystem::remove(folder.File(1));
  EXPECT_FALSE(Log::Open(options).has_value());
}

TEST(LogTest, OneWriterPerFolder) {
  LogFolder folder;
  auto log = folder.Open();
  auto second = Log::Open(folder.Options());
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().kind, ErrorKind::kUnavailable);
}

TEST(LogTest, RotatesCompressesAndVerifies) {
  LogFolder folder;
  folder.rotate_bytes = 64 * 1024;
  folder.compress = true;
  Anchor last;
  {
    auto log = folder.Open();
    for (int i = 0; i < 200; ++i) last = AppendBatch(log.get(), 4, 300);
    EXPECT_GT(last.file, 5u);
    // The compressor is an idle thread, which on a busy machine may have to wait long.
    for (int i = 0; i < 6000 && std::filesystem::exists(folder.File(last.file - 1)); ++i) usleep(10'000);
  }
  for (uint64_t number = 1; number < last.file; ++number) {
    EXPECT_TRUE(std::filesystem::exists(folder.Packed(number)));
    EXPECT_FALSE(std::filesystem::exists(folder.File(number)));
  }
  Report report = folder.Check({.anchor = last, .stop_at_anchor = false, .deployment = {}});
  ASSERT_TRUE(report.ok()) << Describe(report);
  EXPECT_EQ(report.events, 800u);
  auto log = folder.Open();  // reads the newest compressed file
  EXPECT_EQ(log->Head(), last);
}

TEST(LogTest, FinishesARotationThatACrashInterrupted) {
  LogFolder folder;
  folder.rotate_bytes = 1;
  {
    auto log = folder.Open();
    AppendBatch(log.get(), 1);
    AppendBatch(log.get(), 1);
  }
  std::filesystem::remove(folder.File(2));  // the crash came before it was made
  WriteFile(folder.File(2).string() + ".tmp", "half a header");
  WriteFile(folder.Packed(1).string() + ".tmp", "half a file");
  {
    auto log = folder.Open();
    EXPECT_EQ(log->Head().sequence, 1u);
    EXPECT_EQ(AppendBatch(log.get(), 1).file, 2u);
  }
  EXPECT_TRUE(folder.Check().ok());
  EXPECT_EQ(folder.Names().size(), 2u);
}

TEST(LogTest, AppendsFromManyThreads) {
  LogFolder folder;
  folder.rotate_bytes = 32 * 1024;
  auto log = folder.Open();
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&log] {
      for (int i = 0; i < 50; ++i) {
        Anchor anchor = AppendBatch(log.get(), static_cast<size_t>(1 + i % 5));
        if (i % 10 == 0) {
          EXPECT_TRUE(log->Sync().has_value());
        }
        if (i % 10 == 0) {
          EXPECT_GE(log->SyncedSequence(), anchor.sequence);
        }
      }
    });
  }
  threads.clear();
  log.reset();
  Report report = folder.Check();
  ASSERT_TRUE(report.ok()) << Describe(report);
  EXPECT_EQ(report.events, 4u * 150u);
}

TEST(LogTest, SyncsInTheBackground) {
  LogFolder folder;
  LogOptions options = folder.Options();
  options.sync_interval = std::chrono::milliseconds(20);
  auto log = *Log::Open(options);
  Anchor anchor = AppendBatch(log.get(), 2);
  for (int i = 0; i < 500 && log->SyncedSequence() < anchor.sequence; ++i) usleep(10'000);
  EXPECT_EQ(log->SyncedHead(), anchor);
}

TEST(LogTest, WaitersAreAnsweredBeforeTheLogIsGone) {
  LogFolder folder;
  std::promise<Result<>> promise;
  auto log = folder.Open();
  log->SyncThen(AppendBatch(log.get(), 1).sequence, [&](Result<> result) { promise.set_value(std::move(result)); });
  log.reset();
  EXPECT_TRUE(promise.get_future().get().has_value());
  log = folder.Open();
  bool called = false;
  log->SyncThen(99, [&](Result<> result) { called = !result.has_value(); });
  EXPECT_TRUE(called);
}

TEST(LogTest, AWriteErrorFailsTheLogForGood) {
  LogFolder folder;
  auto log = folder.Open();
  Anchor good = AppendBatch(log.get(), 1);
  auto handler = signal(SIGXFSZ, SIG_IGN);
  rlimit old{};
  getrlimit(RLIMIT_FSIZE, &old);
  rlimit tight{good.offset + 700, old.rlim_max};  // the write stops in the middle of the batch
  setrlimit(RLIMIT_FSIZE, &tight);
  std::vector<TestRecord> records(3);
  std::vector<EventLine> lines;
  for (const TestRecord& record : records) lines.push_back(record.line());
  auto refused = log->Append(lines);
  setrlimit(RLIMIT_FSIZE, &old);
  signal(SIGXFSZ, handler);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().kind, ErrorKind::kIo);
  EXPECT_FALSE(log->Append(lines).has_value());  // although there is room again
  EXPECT_TRUE(log->failure().has_value());
  EXPECT_EQ(log->disk_state(), DiskState::kFull);
  EXPECT_EQ(log->Head(), good);
  log.reset();
  Report report = folder.Check();
  EXPECT_TRUE(report.ok()) << Describe(report);
  EXPECT_EQ(report.head, good);
  log = folder.Open();
  EXPECT_EQ(AppendBatch(log.get(), 1).sequence, 2u);
}

TEST(LogTest, TellsTheDiskState) {
  LogFolder folder;
  LogOptions options = folder.Options();
  {
    auto log = *Log::Open(options);
    EXPECT_EQ(log->disk_state(), DiskState::kOk);
    EXPECT_GT(log->free_bytes(), 0u);
  }
  options.disk_reserve_bytes = UINT64_MAX;
  auto log = *Log::Open(options);
  EXPECT_EQ(log->disk_state(), DiskState::kReserve);
  EXPECT_EQ(AppendBatch(log.get(), 1).sequence, 1u);  // who stops is the caller's decision
}

}  // namespace
}  // namespace kagimori::audit
