#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <functional>

#include "audit/control_line.h"
#include "audit/files.h"
#include "audit/log.h"
#include "audit/testing/log_folder.h"

namespace kagimori::audit {
namespace {

using std::chrono::hours;

bool Eventually(const std::function<bool()>& holds) {
  for (int i = 0; i < 6000 && !holds(); ++i) usleep(10'000);
  return holds();
}

// Every batch makes a file of its own.
class RetentionTest : public ::testing::Test {
 protected:
  RetentionTest() {
    folder_.rotate_bytes = 1;
    options_ = folder_.Options();
  }
  std::unique_ptr<Log> Open() {
    auto log = Log::Open(options_);
    EXPECT_TRUE(log.has_value()) << Describe(log.error());
    return log ? *std::move(log) : nullptr;
  }
  // A log of files 1 to `count`, kept for ever.
  Anchor Fill(int count) {
    auto log = folder_.Open();
    Anchor head;
    for (int i = 0; i < count; ++i) head = AppendBatch(log.get(), 2);
    return head;
  }
  // Lets a log remove what it may, until the folder begins with that file.
  void Retire(uint64_t begins) {
    auto log = Open();
    ASSERT_TRUE(Eventually([&] { return First() == begins; })) << First();
  }
  uint64_t First() {
    auto listing = List(folder_.path);
    return listing && !listing->files.empty() ? listing->files.begin()->first : 0;
  }

  LogFolder folder_;
  LogOptions options_;
};

TEST_F(RetentionTest, RemovesTheOldestBySize) {
  Anchor old = Fill(2);
  Fill(6);
  options_.retention.bytes = 3 * std::filesystem::file_size(folder_.File(3));
  {
    auto log = Open();
    ASSERT_TRUE(Eventually([&] { return First() >= 5; }));
    AppendBatch(log.get(), 2);
  }
  Report report = folder_.Check();
  ASSERT_TRUE(report.ok()) << Describe(report);
  EXPECT_EQ(report.first_file, First());
  EXPECT_EQ(report.retired_events, (First() - 1) * 2);
  EXPECT_EQ(report.events + report.retired_events, report.head.sequence);
  EXPECT_NE(Describe(report).find("begins at record"), std::string::npos);
  // What anchors name before the beginning nobody can tell any more, and that is said.
  Report anchored = folder_.Check({.outside = {old, report.head}});
  ASSERT_TRUE(anchored.ok()) << Describe(anchored);
  EXPECT_EQ(anchored.anchors_before, 1u);
  EXPECT_EQ(anchored.anchors_found, 1u);
  // Asked for that one place, it is no answer that all is well.
  Report asked = folder_.Check({.anchor = old});
  ASSERT_FALSE(asked.ok());
  EXPECT_NE(Describe(asked).find("before the log's beginning"), std::string::npos);
  // A start goes on with it.
  EXPECT_EQ(AppendBatch(folder_.Open().get(), 1).sequence, report.head.sequence + 1);
}

TEST_F(RetentionTest, NeverTheNewestTwo) {
  Fill(5);
  options_.retention.bytes = 1;
  auto log = Open();
  ASSERT_TRUE(Eventually([&] { return First() == 4; }));
  for (int i = 0; i < 3; ++i) {
    Anchor head = AppendBatch(log.get(), 1);
    ASSERT_TRUE(Eventually([&] { return First() + 1 == head.file; }));
  }
  log.reset();
  EXPECT_TRUE(folder_.Check().ok()) << Describe(folder_.Check());
}

TEST_F(RetentionTest, RemovesByAge) {
  Fill(3);  // file 2 is closed now
  folder_.clock().AdvanceWall(hours(48));
  Fill(4);  // file 3 is closed two days later
  options_.retention.age = hours(24);
  folder_.clock().AdvanceWall(hours(1));
  auto log = Open();
  ASSERT_TRUE(Eventually([&] { return First() == 3; }));
  folder_.clock().AdvanceWall(hours(24));
  AppendBatch(log.get(), 1);
  ASSERT_TRUE(Eventually([&] { return First() > 3; }));
  log.reset();
  EXPECT_TRUE(folder_.Check().ok()) << Describe(folder_.Check());
}

TEST_F(RetentionTest, LeavesWhatAnAnchorOutsideNames) {
  Fill(6);
  options_.retention.bytes = 1;
  options_.keep_for_outside = true;
  auto log = Open();
  usleep(100'000);
  EXPECT_EQ(First(), 1u);
  log->KeepFrom(3);
  ASSERT_TRUE(Eventually([&] { return First() == 3; }));
  usleep(50'000);
  EXPECT_EQ(First(), 3u);
  log->KeepFrom(100);
  ASSERT_TRUE(Eventually([&] { return First() == 5; }));
}

// Whoever removes more than the log says, or where the log says nothing, is found.
TEST_F(RetentionTest, AnotherHandsRemovalIsFound) {
  Fill(6);
  std::string first = ReadFile(folder_.File(1));
  std::filesystem::remove(folder_.File(1));
  Report report = folder_.Check();
  ASSERT_TRUE(report.finding);
  EXPECT_EQ(report.finding->damage, Damage::kFileMissing);
  EXPECT_EQ(report.finding->file, PlainName(1));
  WriteFile(folder_.File(1), first);

  options_.retention.bytes = 1;
  options_.keep_for_outside = true;
  uint64_t begins = 3;
  {
    auto log = Open();
    log->KeepFrom(begins);
    ASSERT_TRUE(Eventually([&] { return First() == begins; }));
  }
  ASSERT_TRUE(folder_.Check().ok()) << Describe(folder_.Check());
  std::filesystem::remove(folder_.File(begins));
  report = folder_.Check();
  ASSERT_TRUE(report.finding);
  EXPECT_EQ(report.finding->damage, Damage::kFileMissing);
  EXPECT_EQ(report.finding->file, PlainName(begins));
}

// The statement comes first, then the files go one by one: at each step the log is whole, and the next start goes on.
TEST_F(RetentionTest, ACrashBetweenStatementAndRemovalIsMadeGood) {
  Fill(6);
  std::vector<std::string> texts;
  for (uint64_t number = 1; number <= 4; ++number) texts.push_back(ReadFile(folder_.File(number)));
  options_.retention.bytes = 1;
  Retire(5);
  for (uint64_t number = 4; number >= 1; --number) {
    WriteFile(folder_.File(number), texts[number - 1]);
    Report report = folder_.Check();
    ASSERT_TRUE(report.ok()) << Describe(report);
    EXPECT_EQ(report.first_file, number);
  }
  options_.retention = {};  // given up is given up, whatever the limits say now
  auto log = Open();
  EXPECT_TRUE(Eventually([&] { return First() == 5; }));
}

TEST_F(RetentionTest, WorksBesideTheCompressor) {
  options_.compress = true;
  options_.retention.bytes = 1;
  {
    auto log = Open();
    for (int i = 0; i < 60; ++i) AppendBatch(log.get(), 3, 500);
    ASSERT_TRUE(Eventually([&] { return First() >= 59; }));
  }
  Report report = folder_.Check();
  ASSERT_TRUE(report.ok()) << Describe(report);
  auto listing = List(folder_.path);
  EXPECT_TRUE(listing->temporary.empty());
}

TEST_F(RetentionTest, TakesTornTailsAlong) {
  Fill(2);
  WriteFile(folder_.path / (PlainName(1) + ".torn-1"), "x");
  WriteFile(folder_.path / (PlainName(4) + ".torn-1"), "x");
  Fill(3);
  options_.retention.bytes = 1;
  Retire(4);
  EXPECT_FALSE(std::filesystem::exists(folder_.path / (PlainName(1) + ".torn-1")));
  EXPECT_TRUE(std::filesystem::exists(folder_.path / (PlainName(4) + ".torn-1")));
}

}  // namespace
}  // namespace kagimori::audit
