#include "audit/anchor_publisher.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>

#include "audit/anchor_file.h"
#include "audit/testing/log_folder.h"

namespace kagimori::audit {
namespace {

class AnchorFileTest : public ::testing::Test {
 protected:
  OutsideAnchor At(uint64_t sequence) const {
    return {.deployment = folder_.deployment, .anchor = {sequence, {}, 1, 100}, .store_revision = 1, .time = {}};
  }
  std::string Line(uint64_t sequence) const {
    std::string line;
    AppendOutsideAnchor(At(sequence), folder_.signer(), &line);
    return line;
  }
  std::optional<OutsideAnchor> Newest() const {
    return ReadNewestAnchor(file_, folder_.key(), folder_.deployment).value();
  }
  LogFolder folder_;
  std::filesystem::path file_ = folder_.path / "anchors";
};

TEST_F(AnchorFileTest, GrowsLineByLineAndIsBounded) {
  // Nearly full to begin with: a line at a time is a sync at a time.
  std::string text;
  while (text.size() + 3 * Line(1).size() < kAnchorFileBytes) text += Line(1) + "\n";
  WriteFile(file_, text);
  for (uint64_t i = 2; i < 10; ++i) {
    ASSERT_TRUE(AppendToAnchorFile(file_, Line(i)));
    EXPECT_EQ(Newest(), At(i));
  }
  EXPECT_LT(std::filesystem::file_size(file_), kAnchorFileBytes);
  EXPECT_LE(std::filesystem::file_size(OlderAnchorFile(file_)), kAnchorFileBytes);
  auto all = ReadAnchors(file_, folder_.key());
  ASSERT_TRUE(all);
  EXPECT_EQ(all->back(), At(9));
}

TEST_F(AnchorFileTest, ATornLineIsReplaced) {
  for (size_t cut = 1; cut <= Line(2).size(); cut += 40) {
    WriteFile(file_, Line(1) + "\n" + Line(2).substr(0, cut));
    EXPECT_EQ(Newest(), At(1));
    ASSERT_TRUE(AppendToAnchorFile(file_, Line(3)));
    EXPECT_EQ(ReadFile(file_), Line(1) + "\n" + Line(3) + "\n");
  }
}

TEST_F(AnchorFileTest, RefusesWhatIsNoAnchorFile) {
  EXPECT_FALSE(AppendToAnchorFile("/nowhere/at/all", Line(1)));
  EXPECT_FALSE(AppendToAnchorFile(folder_.path, Line(1)));
  std::filesystem::create_symlink("/dev/null", file_);
  EXPECT_FALSE(AppendToAnchorFile(file_, Line(1)));
  std::filesystem::remove(file_);
  WriteFile(file_, std::string(200'000, 'x'));
  EXPECT_FALSE(AppendToAnchorFile(file_, Line(1)));
  EXPECT_EQ(ReadFile(file_).size(), 200'000u);  // somebody else's file
}

TEST_F(AnchorFileTest, IsSetAsideAfterARollback) {
  EXPECT_TRUE(SetAnchorFileAside(file_));
  for (int n = 1; n <= 2; ++n) {
    ASSERT_TRUE(AppendToAnchorFile(file_, Line(9)));
    WriteFile(OlderAnchorFile(file_), Line(5) + "\n");
    ASSERT_TRUE(SetAnchorFileAside(file_));
    EXPECT_EQ(Newest(), std::nullopt);
    EXPECT_EQ(ReadFile(file_.string() + ".before-rollback-" + std::to_string(n)), Line(9) + "\n");
  }
}

TEST(CheckAnchorInLogTest, FindsItsPlaceOrSaysWhatIsWrong) {
  LogFolder folder;
  folder.rotate_bytes = 1;
  std::vector<Anchor> anchors;
  {
    auto log = folder.Open();
    for (int i = 0; i < 4; ++i) anchors.push_back(AppendBatch(log.get(), 2));
  }
  for (const Anchor& anchor : anchors) EXPECT_TRUE(CheckAnchorInLog(folder.path, folder.key(), anchor));
  Anchor other = anchors[1];
  other.link[0] ^= 1;
  EXPECT_FALSE(CheckAnchorInLog(folder.path, folder.key(), other));
  other = anchors[1];
  other.offset += 1;
  EXPECT_FALSE(CheckAnchorInLog(folder.path, folder.key(), other));
  other.offset = UINT64_MAX;
  EXPECT_FALSE(CheckAnchorInLog(folder.path, folder.key(), other));
  std::string newest = ReadFile(folder.File(4));
  WriteFile(folder.File(4), newest.substr(0, 200));
  EXPECT_FALSE(CheckAnchorInLog(folder.path, folder.key(), anchors[3]));
  std::filesystem::remove(folder.File(4));
  auto cut = CheckAnchorInLog(folder.path, folder.key(), anchors[3]);
  ASSERT_FALSE(cut);
  EXPECT_EQ(cut.error().kind, ErrorKind::kCorrupt);
}

TEST(AnchorPublisherTest, PublishesWhatChangesRetriesAndEndsWithTheLast) {
  LogFolder folder;
  std::atomic<uint64_t> sequence{1};
  std::atomic<bool> broken{false};
  std::atomic<int> attempts{0};
  std::vector<uint64_t> seen;  // by the publisher's thread
  {
    AnchorPublisher publisher(
        {.place = "test", .interval = std::chrono::milliseconds(5)}, &folder.signer(),
        {.newest = [&] { return OutsideAnchor{folder.deployment, {sequence, {}, 1, 1}, 1, {}}; },
         .deliver = [&](std::string_view line) -> Result<> {
           ++attempts;
           if (broken) return Fail(ErrorKind::kIo, "the place is gone");
           EXPECT_TRUE(ParseOutsideAnchor(line, folder.key()));
           return {};
         },
         .delivered = [&](const OutsideAnchor& anchor) { seen.push_back(anchor.anchor.sequence); }});
    publisher.Start();
    auto wait = [&](auto holds) {
      for (int i = 0; i < 1000 && !holds(); ++i) usleep(5'000);
      EXPECT_TRUE(holds());
    };
    wait([&] { return publisher.status().delivered == 1; });
    usleep(50'000);
    EXPECT_EQ(attempts, 1);  // nothing has changed
    broken = true;
    sequence = 2;
    wait([&] { return publisher.status().failures >= 2; });
    EXPECT_EQ(publisher.status().failure, "the place is gone");
    broken = false;
    wait([&] { return publisher.status().sequence == 2; });
    EXPECT_EQ(publisher.status().failure, "");
    sequence = 3;
  }
  EXPECT_EQ(seen, (std::vector<uint64_t>{1, 2, 3}));
}

}  // namespace
}  // namespace kagimori::audit
