#include "seal/recovery_code.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "secret/compare.h"
#include "secret/testing/secret_testing.h"

namespace kagimori::seal {
namespace {

using secret::SecretTesting;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

RecoveryCode CountingCode() {
  ByteArray<32> bytes;
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<uint8_t>(i);
  return RecoveryCode::CopyOf(bytes);
}

std::string Written(const RecoveryCode& code) {
  return std::string(AsText(SecretTesting::BytesOf(WriteRecoveryCode(code))));
}

Result<RecoveryCode> Parse(std::string_view text) { return ParseRecoveryCode(SecretTesting::FromText(text)); }

std::string ErrorOf(std::string_view text) {
  const auto parsed = Parse(text);
  if (parsed) return "";
  EXPECT_EQ(parsed.error().kind, ErrorKind::kInvalid) << parsed.error().text;
  return parsed.error().text;
}

// Groups are numbered from 1.
size_t At(size_t group, size_t character) { return (group - 1) * 6 + character; }

std::string WithoutGroup(std::string text, size_t group) { return text.erase(At(group, 0), 6); }

class RecoveryCodeTest : public ::testing::Test {
 protected:
  const RecoveryCode code_ = CountingCode();
  const std::string text_ = Written(code_);
};

// Computed by another program: tests/formats/test_recovery_vector.py, which holds the same constant.
TEST_F(RecoveryCodeTest, TheVector) {
  EXPECT_EQ(text_, "R400W-20G3C-0G2GK-C1R86-1450N-P30DH-1R7HB-048JT-2CA18-A5GQN-30CH0-M6RW2-3MF16-ZBZPJ");
}

TEST_F(RecoveryCodeTest, WhatIsWrittenIsReadAgain) {
  EXPECT_EQ(text_.size(), 14u * 6 - 1);
  EXPECT_EQ(text_[0], 'R');
  EXPECT_TRUE(secret::Equal(Parse(text_).value(), code_));
  for (int i = 0; i < 200; ++i) {
    const RecoveryCode code = NewRecoveryCode();
    EXPECT_TRUE(secret::Equal(Parse(Written(code)).value(), code));
  }
}

TEST_F(RecoveryCodeTest, LowerCaseSpacesAndLookalikesAreTaken) {
  std::string lower = text_;
  std::ranges::transform(lower, lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c | 0x20) : c; });
  std::string spaced = "  " + text_ + " \r\n";
  for (size_t at = spaced.find('-'); at != std::string::npos; at = spaced.find('-', at)) spaced.replace(at, 1, " \t ");
  std::string together = text_;
  std::erase(together, '-');
  std::string rows = text_;
  for (size_t group = 4; group <= 14; group += 4) rows[At(group, 5)] = '\n';
  std::string lookalikes = text_;
  for (char& c : lookalikes) c = c == '0' ? 'o' : c == '1' ? 'l' : c;
  std::string more = text_;
  for (char& c : more) c = c == '0' ? 'O' : c == '1' ? 'I' : c;
  for (const std::string& text : {lower, spaced, together, rows, lookalikes, more}) {
    const auto parsed = Parse(text);
    ASSERT_TRUE(parsed) << parsed.error().text;
    EXPECT_TRUE(secret::Equal(*parsed, code_));
  }
}

TEST_F(RecoveryCodeTest, EveryWrongCharacterNamesItsGroup) {
  for (size_t group = 1; group <= 14; ++group) {
    for (size_t i = 0; i < 5; ++i) {
      for (const char wrong : kAlphabet) {
        std::string text = text_;
        if (text[At(group, i)] == wrong) continue;
        text[At(group, i)] = wrong;
        ASSERT_EQ(ErrorOf(text), "the recovery code: group " + std::to_string(group) + " is mistyped");
      }
    }
  }
}

TEST_F(RecoveryCodeTest, EveryTwoCharactersOfAGroupThatChangedPlacesNameIt) {
  for (size_t group = 1; group <= 14; ++group) {
    for (size_t i = 0; i < 5; ++i) {
      for (size_t j = i + 1; j < 5; ++j) {
        std::string text = text_;
        std::swap(text[At(group, i)], text[At(group, j)]);
        if (text == text_) continue;
        ASSERT_EQ(ErrorOf(text), "the recovery code: group " + std::to_string(group) + " is mistyped");
      }
    }
  }
}

TEST_F(RecoveryCodeTest, GroupsThatChangedPlacesAreNamed) {
  for (size_t first = 2; first <= 14; ++first) {
    for (size_t second = first + 1; second <= 14; ++second) {
      std::string text = text_;
      for (size_t i = 0; i < 5; ++i) std::swap(text[At(first, i)], text[At(second, i)]);
      ASSERT_EQ(ErrorOf(text), "the recovery code: groups " + std::to_string(first) + " and " + std::to_string(second) +
                                   " are mistyped");
    }
  }
}

TEST_F(RecoveryCodeTest, MissingAndDoubledGroups) {
  for (size_t group = 2; group <= 13; ++group) {
    EXPECT_EQ(ErrorOf(WithoutGroup(text_, group)),
              "the recovery code: 13 groups instead of 14; the first that is mistyped or not in its place is group " +
                  std::to_string(group));
    std::string doubled = text_;
    doubled.insert(At(group, 0), text_.substr(At(group, 0), 6));
    EXPECT_EQ(ErrorOf(doubled),
              "the recovery code: 15 groups instead of 14; the first that is mistyped or not in its place is group " +
                  std::to_string(group + 1));
  }
  EXPECT_EQ(ErrorOf(text_.substr(0, At(14, 0))), "the recovery code: 13 groups instead of 14");
}

TEST_F(RecoveryCodeTest, MissingAndExtraCharacters) {
  for (size_t group = 1; group <= 14; ++group) {
    std::string text = text_;
    text.erase(At(group, 2), 1);
    EXPECT_EQ(ErrorOf(text), "the recovery code: group " + std::to_string(group) + " has 4 characters instead of 5");
    text = text_;
    text.insert(At(group, 2), "7");
    EXPECT_EQ(ErrorOf(text), "the recovery code: group " + std::to_string(group) + " has 6 characters instead of 5");
    text = text_;
    text[At(group, 2)] = 'U';
    EXPECT_EQ(ErrorOf(text),
              "the recovery code: group " + std::to_string(group) + " has a character that is never used");
  }
  std::string together = text_;
  std::erase(together, '-');
  EXPECT_THAT(ErrorOf(together.substr(1)), HasSubstr("69 characters in one piece"));
}

TEST_F(RecoveryCodeTest, WhatIsNoCodeAtAll) {
  EXPECT_EQ(ErrorOf(""), "the recovery code: nothing was given");
  EXPECT_EQ(ErrorOf(" - \n"), "the recovery code: nothing was given");
  EXPECT_EQ(ErrorOf(std::string(1025, ' ')), "the recovery code: the text is too long");
  EXPECT_THAT(ErrorOf("correct horse battery staple"), HasSubstr("group"));
  EXPECT_THAT(ErrorOf(std::string("\0\0\0\0\0", 5)), HasSubstr("never used"));
  EXPECT_THAT(ErrorOf("\xFF\xFF\xFF\xFF\xFF"), HasSubstr("never used"));
}

// Errors that the checks of the groups cannot see: the characters of two wrong groups chosen so that they agree.
TEST_F(RecoveryCodeTest, GroupsOfTwoCodesDoNotMix) {
  const std::string other = Written(NewRecoveryCode());
  for (size_t group = 2; group <= 14; ++group) {
    std::string text = text_;
    text.replace(At(group, 0), 5, other.substr(At(group, 0), 5));
    if (text == text_) continue;
    EXPECT_THAT(ErrorOf(text), HasSubstr("do not belong together"));
  }
}

TEST_F(RecoveryCodeTest, NoErrorRepeatsWhatWasTyped) {
  for (size_t group = 1; group <= 14; ++group) {
    std::string text = text_;
    std::swap(text[At(group, 0)], text[At(group, 1)]);
    for (size_t shown = 1; shown <= 14; ++shown) {
      EXPECT_THAT(ErrorOf(text), Not(HasSubstr(text_.substr(At(shown, 0), 5))));
    }
  }
}

TEST_F(RecoveryCodeTest, SlotKeysDependOnCodeOwnerAndSalt) {
  const ByteArray<16> owner{1};
  const ByteArray<32> salt{1};
  const auto key = RecoverySlotKey(code_, owner, salt);
  EXPECT_TRUE(secret::Equal(key, RecoverySlotKey(code_, owner, salt)));
  EXPECT_FALSE(secret::Equal(key, RecoverySlotKey(NewRecoveryCode(), owner, salt)));
  EXPECT_FALSE(secret::Equal(key, RecoverySlotKey(code_, ByteArray<16>{2}, salt)));
  EXPECT_FALSE(secret::Equal(key, RecoverySlotKey(code_, owner, ByteArray<32>{2})));
  EXPECT_FALSE(secret::Equal(key, code_));
}

}  // namespace
}  // namespace kagimori::seal
