#include "audit/outside_anchor.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "audit/testing/log_folder.h"

namespace kagimori::audit {
namespace {

OutsideAnchor Sample(uint64_t sequence) {
  OutsideAnchor anchor{.deployment = {1, 2, 3},
                       .anchor = {sequence, {9, 8, 7}, 2, 4711},
                       .store_revision = sequence * 2,
                       .time = {1'735'787'045'000}};
  return anchor;
}

class OutsideAnchorTest : public ::testing::Test {
 protected:
  std::string Line(const OutsideAnchor& anchor, const LogFolder& by) {
    std::string line;
    AppendOutsideAnchor(anchor, by.signer(), &line);
    return line;
  }
  std::string Line(const OutsideAnchor& anchor) { return Line(anchor, folder_); }
  const crypto::Ed25519PublicBytes& key() const { return folder_.key(); }
  Result<std::optional<OutsideAnchor>> Newest() { return ReadNewestAnchor(file_, key(), Sample(1).deployment); }

  LogFolder folder_;
  std::filesystem::path file_ = folder_.path / "anchors";
};

TEST_F(OutsideAnchorTest, IsReadAsItWasWritten) {
  std::string line = Line(Sample(7));
  EXPECT_EQ(line.find('\n'), line.npos);
  auto read = ParseOutsideAnchor(line, key());
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, Sample(7));
}

TEST_F(OutsideAnchorTest, EveryChangedByteIsRefused) {
  std::string line = Line(Sample(7));
  for (size_t at = 0; at < line.size(); ++at) {
    std::string changed = line;
    changed[at] ^= 1;
    EXPECT_FALSE(ParseOutsideAnchor(changed, key())) << at;
    EXPECT_FALSE(ParseOutsideAnchor(line.substr(0, at), key())) << at;
  }
  EXPECT_FALSE(ParseOutsideAnchor(line + " ", key()));
  auto foreign = ParseOutsideAnchor(Line(Sample(7), LogFolder(2)), key());
  ASSERT_FALSE(foreign);
  EXPECT_EQ(foreign.error().kind, ErrorKind::kAuthentication);
}

TEST_F(OutsideAnchorTest, TheNewestIsTheLastWholeLine) {
  auto none = Newest();
  ASSERT_TRUE(none);
  EXPECT_FALSE(*none);
  WriteFile(OlderAnchorFile(file_), Line(Sample(3)) + "\n");
  EXPECT_EQ(**Newest(), Sample(3));
  WriteFile(file_, "");
  EXPECT_EQ(**Newest(), Sample(3));
  WriteFile(file_, Line(Sample(5)) + "\n" + Line(Sample(6)) + "\n" + Line(Sample(8)).substr(0, 100));
  EXPECT_EQ(**Newest(), Sample(6));
  auto all = ReadAnchors(file_, key());
  ASSERT_TRUE(all);
  EXPECT_EQ(*all, (std::vector{Sample(3), Sample(5), Sample(6)}));
}

TEST_F(OutsideAnchorTest, AHostileFileIsRefused) {
  std::string good = Line(Sample(5)) + "\n";
  for (const std::string& bad : {good + "\n", good + "{}\n", good + std::string(3 * kAnchorFileBytes, '\0') + "\n",
                                 std::string(8 * kAnchorFileBytes, 'x'), good + Line(Sample(6), LogFolder(2)) + "\n"}) {
    WriteFile(file_, bad);
    auto newest = Newest();
    ASSERT_FALSE(newest);
    EXPECT_EQ(newest.error().kind, ErrorKind::kCorrupt);
    EXPECT_FALSE(ReadAnchors(file_, key()));
  }
  OutsideAnchor other = Sample(6);
  other.deployment[0] ^= 1;
  WriteFile(file_, good + Line(other) + "\n");
  EXPECT_FALSE(Newest());
  EXPECT_FALSE(ReadAnchors(file_, key()));
  // The newest one stands for itself; the whole file must be in order.
  WriteFile(file_, Line(Sample(6)) + "\n" + good);
  EXPECT_TRUE(Newest());
  EXPECT_FALSE(ReadAnchors(file_, key()));
  std::filesystem::remove(file_);
  auto missing = ReadAnchors(file_, key());
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind, ErrorKind::kNotFound);
  std::filesystem::create_directory(file_);
  EXPECT_FALSE(Newest());
}

}  // namespace
}  // namespace kagimori::audit
