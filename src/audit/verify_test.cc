#include "audit/verify.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "audit/files.h"
#include "audit/testing/log_folder.h"
#include "base/ids.h"

namespace kagimori::audit {
namespace {

// Batches of 1, 3 and 2 records: header 1, records 2, link 3, records 4-6, link 7, records 8-9, link 10.
class SmallLog : public ::testing::Test {
 protected:
  SmallLog() {
    auto log = folder_.Open();
    for (size_t count : {1, 3, 2}) anchor_ = AppendBatch(log.get(), count);
    log.reset();
    text_ = ReadFile(folder_.File(1));
    lines_ = SplitLines(text_);
  }
  Report CheckText(std::string_view text, const VerifyOptions& options = {}) {
    WriteFile(folder_.File(1), text);
    return folder_.Check(options);
  }
  Report CheckLines(const std::vector<std::string>& lines) { return CheckText(JoinLines(lines)); }

  LogFolder folder_;
  Anchor anchor_;
  std::string text_;
  std::vector<std::string> lines_;
};

TEST_F(SmallLog, IsWhole) {
  Report report = folder_.Check({.anchor = anchor_, .stop_at_anchor = false, .deployment = folder_.deployment});
  ASSERT_TRUE(report.ok()) << Describe(report);
  EXPECT_EQ(lines_.size(), 10u);
  EXPECT_EQ(report.events, 6u);
  EXPECT_EQ(report.batches, 3u);
  EXPECT_EQ(report.files, 1u);
  EXPECT_EQ(report.bytes, text_.size());
  EXPECT_EQ(report.head, anchor_);
  EXPECT_NE(Describe(report).find("complete up to record 6"), std::string::npos);
}

TEST_F(SmallLog, EveryFlippedByteIsFound) {
  for (size_t at = 0; at < text_.size(); ++at) {
    std::string flipped = text_;
    flipped[at] = static_cast<char>(flipped[at] ^ (at % 2 == 0 ? 0x01 : 0x20));
    ASSERT_FALSE(CheckText(flipped).ok()) << "byte " << at;
  }
}

TEST_F(SmallLog, AFlipInARecordNamesItsLineAndEvent) {
  for (size_t i : {1, 3, 4, 5, 7, 8}) {
    auto lines = lines_;
    lines[i][20] ^= 1;
    Report report = CheckLines(lines);
    ASSERT_TRUE(report.finding);
    EXPECT_EQ(report.finding->damage, Damage::kChanged);
    EXPECT_EQ(report.finding->line, i + 1);
    EXPECT_EQ(report.finding->event_id, FormatUuid(*FindEventId(lines_[i])));
    EXPECT_EQ(report.finding->file, PlainName(1));
  }
}

TEST_F(SmallLog, ANewerFormatIsRefusedByName) {
  auto lines = lines_;
  const std::string_view known = "\"format\":1,";
  lines[0].replace(lines[0].find(known), known.size(), "\"format\":9,\"something\":\"else\",");
  Report report = CheckLines(lines);
  ASSERT_TRUE(report.finding);
  EXPECT_NE(report.finding->text.find("made by a newer version of Kagimori"), std::string::npos);
  EXPECT_EQ(report.finding->damage, Damage::kUnreadable);
}

TEST_F(SmallLog, EveryRemovedLineIsFound) {
  for (size_t i = 0; i < lines_.size(); ++i) {
    auto lines = lines_;
    lines.erase(lines.begin() + static_cast<long>(i));
    Report report = CheckLines(lines);
    ASSERT_TRUE(report.finding) << "line " << i + 1;
    if (i == 3 || i == 4 || i == 5) {
      EXPECT_EQ(report.finding->damage, Damage::kRemoved);
      EXPECT_EQ(report.finding->line, i + 1);
      EXPECT_EQ(report.finding->sequence, 1u);
    }
    if (i == 2) {
      EXPECT_EQ(report.finding->damage, Damage::kRemoved);
    }
  }
}

TEST_F(SmallLog, ARemovedBatchIsFoundAndNamed) {
  auto lines = lines_;
  lines.erase(lines.begin() + 3, lines.begin() + 7);
  Report report = CheckLines(lines);
  ASSERT_TRUE(report.finding);
  EXPECT_EQ(report.finding->damage, Damage::kRemoved);
  EXPECT_NE(report.finding->text.find("2..4"), std::string::npos) << report.finding->text;
}

TEST_F(SmallLog, EveryRepeatedLineIsFound) {
  for (size_t i = 0; i < lines_.size(); ++i) {
    auto lines = lines_;
    lines.insert(lines.begin() + static_cast<long>(i), lines_[i]);
    ASSERT_FALSE(CheckLines(lines).ok()) << "line " << i + 1;
  }
}

TEST_F(SmallLog, EverySwapIsFound) {
  for (size_t i = 0; i < lines_.size(); ++i) {
    for (size_t j = i + 1; j < lines_.size(); ++j) {
      auto lines = lines_;
      std::swap(lines[i], lines[j]);
      Report report = CheckLines(lines);
      ASSERT_TRUE(report.finding) << i + 1 << " and " << j + 1;
      if (i == 3 && j == 5) {
        EXPECT_EQ(report.finding->damage, Damage::kReordered);
        EXPECT_EQ(report.finding->line, 4u);
      }
    }
  }
}

// Whole batches cut off the newest file leave a log that is whole, only shorter: the anchor shows it, nothing else can.
TEST_F(SmallLog, EveryCutIsFoundWithTheAnchor) {
  size_t whole = 0;
  for (size_t size = 0; size < text_.size(); ++size) {
    Report report = CheckText(text_.substr(0, size));
    if (report.ok()) {
      ++whole;
      EXPECT_LT(report.head.sequence, 6u);
    }
    Report anchored = folder_.Check({.anchor = anchor_, .stop_at_anchor = false, .deployment = {}});
    ASSERT_TRUE(anchored.finding) << size;
    EXPECT_EQ(anchored.finding->damage, Damage::kCut) << size;
  }
  EXPECT_EQ(whole, 3u);  // after the header and the first two links
}

TEST_F(SmallLog, StopsAtTheAnchorWhenTold) {
  std::string writing = text_ + "{\"half a record";
  EXPECT_FALSE(CheckText(writing).ok());
  EXPECT_TRUE(CheckText(writing, {.anchor = anchor_, .stop_at_anchor = true, .deployment = {}}).ok());
  std::string forged = text_;
  forged[forged.size() - 10] ^= 1;  // in the anchor's own line
  EXPECT_FALSE(CheckText(forged, {.anchor = anchor_, .stop_at_anchor = true, .deployment = {}}).ok());
}

TEST_F(SmallLog, AppendedLinesAreFound) {
  for (const std::string& line : lines_) ASSERT_FALSE(CheckText(text_ + line + "\n").ok());
  ASSERT_FALSE(CheckText(text_ + "\n").ok());
  ASSERT_FALSE(CheckText(text_ + "x").ok());
}

TEST_F(SmallLog, TheLogOfAnotherDeploymentIsFound) {
  LogFolder same_key;
  same_key.deployment = {9};
  auto log = same_key.Open();
  AppendBatch(log.get(), 8);
  log.reset();
  std::string other = ReadFile(same_key.File(1));
  EXPECT_TRUE(same_key.Check().ok());
  Report report = CheckText(other, {.anchor = {}, .stop_at_anchor = false, .deployment = folder_.deployment});
  ASSERT_TRUE(report.finding);
  EXPECT_EQ(report.finding->damage, Damage::kForeign);
  report = CheckText(other, {.anchor = anchor_, .stop_at_anchor = false, .deployment = {}});
  ASSERT_TRUE(report.finding);
  EXPECT_EQ(report.finding->damage, Damage::kForeign);

  LogFolder other_key(2);
  log = other_key.Open();
  AppendBatch(log.get(), 8);
  log.reset();
  report = CheckText(ReadFile(other_key.File(1)));
  ASSERT_TRUE(report.finding);
  EXPECT_EQ(report.finding->damage, Damage::kForeign);
}

TEST_F(SmallLog, EndlessLinesAndForeignFilesDoNoHarm) {
  EXPECT_FALSE(CheckText(std::string(4 << 20, 'x')).ok());
  EXPECT_FALSE(CheckText(text_ + std::string(4 << 20, 'x')).ok());
  EXPECT_FALSE(CheckText("").ok());
  WriteFile(folder_.File(1), text_);
  WriteFile(folder_.path / "notes.txt", "x");
  EXPECT_TRUE(folder_.Check().ok());
  std::filesystem::remove(folder_.File(1));
  std::filesystem::create_symlink("/dev/zero", folder_.File(1));
  Report report = folder_.Check();
  ASSERT_TRUE(report.finding);
  EXPECT_EQ(report.finding->damage, Damage::kUnreadable);
}

// Several files: each batch in a file of its own.
class RotatedLog : public ::testing::Test {
 protected:
  RotatedLog() {
    folder_.rotate_bytes = 1;
    auto log = folder_.Open();
    for (int i = 0; i < 4; ++i) anchor_ = AppendBatch(log.get(), 2);
  }
  LogFolder folder_;
  Anchor anchor_;
};

TEST_F(RotatedLog, IsWhole) {
  Report report = folder_.Check({.anchor = anchor_, .stop_at_anchor = false, .deployment = {}});
  ASSERT_TRUE(report.ok()) << Describe(report);
  EXPECT_EQ(report.files, 4u);
  EXPECT_EQ(report.events, 8u);
}

TEST_F(RotatedLog, EveryMissingFileIsFound) {
  for (uint64_t number = 1; number <= 4; ++number) {
    std::string text = ReadFile(folder_.File(number));
    std::filesystem::remove(folder_.File(number));
    Report report = folder_.Check();
    ASSERT_TRUE(report.finding) << number;
    EXPECT_EQ(report.finding->damage, Damage::kFileMissing);
    EXPECT_EQ(report.finding->file, PlainName(number));
    WriteFile(folder_.File(number), text);
  }
  EXPECT_TRUE(folder_.Check().ok());
}

TEST_F(RotatedLog, SwappedFilesAreFound) {
  std::string second = ReadFile(folder_.File(2));
  std::string third = ReadFile(folder_.File(3));
  WriteFile(folder_.File(2), third);
  WriteFile(folder_.File(3), second);
  Report report = folder_.Check();
  ASSERT_TRUE(report.finding);
  EXPECT_EQ(report.finding->damage, Damage::kReordered);
  EXPECT_EQ(report.finding->file, PlainName(2));
}

TEST_F(RotatedLog, CutsAndFlipsOfAClosedFileAreFound) {
  std::string text = ReadFile(folder_.File(2));
  for (size_t at = 0; at < text.size(); at += 7) {
    WriteFile(folder_.File(2), text.substr(0, at));
    ASSERT_FALSE(folder_.Check().ok()) << at;
    std::string flipped = text;
    flipped[at] ^= 4;
    WriteFile(folder_.File(2), flipped);
    ASSERT_FALSE(folder_.Check().ok()) << at;
  }
}

TEST_F(RotatedLog, AChangedCompressedFileIsFoundOrMeansTheSame) {
  folder_.compress = true;
  {
    auto log = folder_.Open();
    for (int i = 0; i < 500 && std::filesystem::exists(folder_.File(3)); ++i) usleep(10'000);
  }
  ASSERT_TRUE(std::filesystem::exists(folder_.Packed(2)));
  Report whole = folder_.Check();
  ASSERT_TRUE(whole.ok()) << Describe(whole);
  std::string packed = ReadFile(folder_.Packed(2));
  size_t found = 0;
  for (size_t at = 0; at < packed.size(); ++at) {
    std::string flipped = packed;
    flipped[at] ^= 16;
    WriteFile(folder_.Packed(2), flipped);
    Report report = folder_.Check();
    found += report.ok() ? 0 : 1;
    // A bit of the container that zstd ignores: the records are all there.
    if (report.ok()) {
      EXPECT_EQ(report.head, whole.head);
    }
    WriteFile(folder_.Packed(2), packed.substr(0, at));
    ASSERT_FALSE(folder_.Check().ok()) << "cut at " << at;
  }
  EXPECT_GE(found, packed.size() - 8);  // of the frame's header alone
}

}  // namespace
}  // namespace kagimori::audit
