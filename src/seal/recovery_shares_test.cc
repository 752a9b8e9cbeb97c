#include "seal/recovery_shares.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "secret/compare.h"
#include "secret/testing/secret_testing.h"

namespace kagimori::seal {
namespace {

using secret::SecretTesting;
using ::testing::HasSubstr;

constexpr ByteArray<16> kOwner{1, 2, 3, 4};

std::string Text(const secret::SecretBytes& secret) { return std::string(AsText(SecretTesting::BytesOf(secret))); }

std::vector<std::string> Shares(const RecoveryCode& code, int threshold, int count) {
  std::vector<std::string> texts;
  const auto shares = WriteRecoveryShares(code, kOwner, {.threshold = threshold, .count = count}).value();
  for (const auto& share : shares) texts.push_back(Text(share));
  return texts;
}

Result<RecoveryCode> ReadText(const std::string& text, const ByteArray<16>& owner = kOwner) {
  return ReadRecoveryText(SecretTesting::FromText(text), owner);
}

class RecoverySharesTest : public ::testing::Test {
 protected:
  const RecoveryCode code_ = NewRecoveryCode();
  const std::vector<std::string> shares_ = Shares(code_, 3, 5);
};

TEST_F(RecoverySharesTest, AnyThreeOfFiveInAnyOrder) {
  for (size_t a = 0; a < 5; ++a) {
    for (size_t b = 0; b < 5; ++b) {
      for (size_t c = 0; c < 5; ++c) {
        if (a == b || b == c || a == c) continue;
        const auto code = ReadText("\n" + shares_[a] + "\r\n\n" + shares_[b] + "\n" + shares_[c]);
        ASSERT_TRUE(code) << code.error().text;
        EXPECT_TRUE(secret::Equal(*code, code_));
      }
    }
  }
  // More than are needed do no harm.
  EXPECT_TRUE(
      secret::Equal(ReadText(shares_[0] + "\n" + shares_[1] + "\n" + shares_[2] + "\n" + shares_[4]).value(), code_));
}

// Made by another program: tests/formats/test_recovery_vector.py, which holds the same constants.
TEST_F(RecoverySharesTest, TheVector) {
  const std::string one =
      "S40G9-40RAM-1C60D-20K44-CHJ6R-8V3CQ-DHP6J-8S34X-CHY7P-RZ3W3-CHJ6B-8S3CM-DHP6N-RS34Q-CHJ91-S74WF-KJ022-ZFRP8";
  const std::string two =
      "S40G9-40RAM-1C60D-40P87-SF7CE-VN6QQ-TB8XA-1MYP4-TQPEP-ZTQ94-Z3XZS-XZF4K-WZHEV-3R73D-WVJG1-20G7Q-0GKN7-HZ8DY";
  const std::string three =
      "S40G9-40RAM-1C60D-60NC6-NTMA3-NF5YW-Q2XBH-SFNRE-QAE9A-X64TZ-HJ78J-H2MW8-KTC98-N74YZ-K2D8T-30W5P-GZCFZ-RWPKC";
  Bytes code;
  for (uint8_t i = 0; i < 32; ++i) code.push_back(i);
  for (const std::string& text : {one + "\n" + two, three + "\n" + one, two + "\n" + three}) {
    EXPECT_EQ(SecretTesting::BytesOf(ReadText(text).value()), code);
  }
}

TEST_F(RecoverySharesTest, TheFormOfAShare) {
  for (const std::string& share : shares_) {
    EXPECT_EQ(share.size(), 18u * 6 - 1);
    EXPECT_EQ(share[0], 'S');
    EXPECT_TRUE(LooksLikeShare(SecretTesting::FromText("  " + share)));
  }
  EXPECT_FALSE(LooksLikeShare(WriteRecoveryCode(code_)));
  EXPECT_FALSE(LooksLikeShare(secret::SecretBytes()));
}

TEST_F(RecoverySharesTest, TooFewTwiceTheSameAndForeignOnes) {
  EXPECT_EQ(ReadText(shares_[0] + "\n" + shares_[1]).error().text, "2 of the 3 shares that are needed");
  EXPECT_EQ(ReadText(shares_[0] + "\n" + shares_[0] + "\n" + shares_[1]).error().text,
            "line 2 with a share: share 1 was given already");
  EXPECT_THAT(ReadText(shares_[0], ByteArray<16>{1, 2, 4}).error().text, HasSubstr("share 1 is another deployment's"));
  // The same code, shared once more, is another sharing: its polynomials are others.
  for (const auto& others : {Shares(NewRecoveryCode(), 3, 5), Shares(code_, 3, 5), Shares(code_, 2, 5)}) {
    EXPECT_THAT(ReadText(shares_[0] + "\n" + others[1]).error().text,
                HasSubstr("share 2 is of another recovery code than the shares before it"));
  }
}

TEST_F(RecoverySharesTest, AMistypedShareIsNamedWithItsGroupAndTheOthersStay) {
  std::string wrong = shares_[1];
  wrong[6 * 4] = wrong[6 * 4] == '7' ? '8' : '7';
  EXPECT_EQ(ReadText(shares_[0] + "\n" + wrong + "\n" + shares_[2]).error().text,
            "line 2 with a share: the share of a recovery code: group 5 is mistyped");
  ShareCollector collector(kOwner);
  EXPECT_TRUE(collector.Add(SecretTesting::FromText(shares_[4])));
  EXPECT_EQ(collector.missing(), 2);
  EXPECT_FALSE(collector.Add(SecretTesting::FromText(wrong)));
  EXPECT_FALSE(collector.Add(WriteRecoveryCode(code_)));
  EXPECT_EQ(collector.collected(), 1);
  EXPECT_FALSE(collector.Join());
  EXPECT_TRUE(collector.Add(SecretTesting::FromText(shares_[1])));
  EXPECT_TRUE(collector.Add(SecretTesting::FromText(shares_[0])));
  EXPECT_EQ(collector.missing(), 0);
  EXPECT_TRUE(secret::Equal(collector.Join().value(), code_));
}

TEST_F(RecoverySharesTest, ACodeAndAShareAreNotTakenForEachOther) {
  EXPECT_TRUE(secret::Equal(ReadText(Text(WriteRecoveryCode(code_))).value(), code_));
  EXPECT_THAT(ParseRecoveryCode(SecretTesting::FromText(shares_[0])).error().text, HasSubstr("begins with R"));
  ShareCollector collector(kOwner);
  EXPECT_THAT(collector.Add(WriteRecoveryCode(code_)).error().text, HasSubstr("begins with S"));
}

TEST_F(RecoverySharesTest, Bounds) {
  EXPECT_FALSE(WriteRecoveryShares(code_, kOwner, {.threshold = 1, .count = 3}));
  EXPECT_FALSE(WriteRecoveryShares(code_, kOwner, {.threshold = 4, .count = 3}));
  EXPECT_FALSE(WriteRecoveryShares(code_, kOwner, {.threshold = 2, .count = 17}));
  EXPECT_EQ(ReadText(std::string(kMaxRecoveryText + 1, 'S')).error().kind, ErrorKind::kLimit);
  std::string all;
  for (const std::string& share : Shares(code_, 16, 16)) all += share + "\n";
  EXPECT_TRUE(secret::Equal(ReadText(all).value(), code_));
}

}  // namespace
}  // namespace kagimori::seal
