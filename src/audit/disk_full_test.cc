// A real file system of a few MiB that is filled and emptied under the log.
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "audit/log.h"
#include "audit/testing/log_folder.h"

namespace kagimori::audit {
namespace {

class DiskFullTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (mount("none", folder_.path.c_str(), "tmpfs", 0, "size=4m") != 0)
      GTEST_SKIP() << "no small file system can be mounted here: " << strerror(errno);
    mounted_ = true;
  }
  void TearDown() override {
    if (mounted_) umount2(folder_.path.c_str(), MNT_DETACH);
  }
  // Takes all the room there is.
  void FillUp() {
    std::ofstream ballast(folder_.path / "ballast", std::ios::app);
    std::string page(4096, 'x');
    while (ballast.write(page.data(), static_cast<std::streamsize>(page.size())).flush()) {
    }
  }
  void MakeRoom() { std::filesystem::remove(folder_.path / "ballast"); }

  LogFolder folder_;
  bool mounted_ = false;
};

// The records that a full disk refused leave no trace, and the log goes on without a restart when there is room again.
TEST_F(DiskFullTest, PassesWithTheFullDisk) {
  LogOptions options = folder_.Options();
  options.sync_interval = std::chrono::milliseconds(10);
  auto log = std::move(*Log::Open(options));
  Anchor before = AppendBatch(log.get(), 3, 2000);
  FillUp();
  TestRecord large("Encrypt", 20'000);
  EventLine line = large.line();
  auto refused = log->Append({&line, 1});
  for (int i = 0; i < 10 && refused; ++i) {  // what was left of the last page
    before = *refused;
    refused = log->Append({&line, 1});
  }
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kLimit);
  EXPECT_EQ(log->disk_state(), DiskState::kFull);
  EXPECT_FALSE(log->failure());
  EXPECT_EQ(log->Head(), before);
  MakeRoom();
  for (int i = 0; i < 500 && log->disk_state() != DiskState::kOk; ++i) usleep(10'000);
  EXPECT_EQ(log->disk_state(), DiskState::kOk);
  EXPECT_EQ(AppendBatch(log.get(), 2).sequence, before.sequence + 2);
  EXPECT_TRUE(log->Sync());
  log.reset();
  Report report = folder_.Check();
  EXPECT_TRUE(report.ok()) << Describe(report);
  EXPECT_EQ(report.recoveries, 0u);
}

// A file that could be closed but not followed is followed later; a restart in between does it, too.
TEST_F(DiskFullTest, InTheMiddleOfARotation) {
  LogOptions options = folder_.Options();
  options.rotate_bytes = 1;
  for (bool restart : {false, true}) {
    auto log = std::move(*Log::Open(options));
    Anchor before = AppendBatch(log.get(), 1, 3000);
    FillUp();
    TestRecord record("Encrypt", 20'000);
    EventLine line = record.line();
    auto refused = log->Append({&line, 1});
    while (refused) refused = log->Append({&line, 1});
    EXPECT_EQ(refused.error().kind, ErrorKind::kLimit);
    EXPECT_FALSE(log->failure());
    before = log->Head();
    MakeRoom();
    if (restart) {
      log.reset();
      log = std::move(*Log::Open(options));
    }
    EXPECT_EQ(AppendBatch(log.get(), 1).sequence, before.sequence + 1);
    log.reset();
    Report report = folder_.Check();
    ASSERT_TRUE(report.ok()) << Describe(report);
  }
}

}  // namespace
}  // namespace kagimori::audit
