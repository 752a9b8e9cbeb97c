#include "base/ids.h"

#include <gtest/gtest.h>

#include <set>

namespace kagimori {
namespace {

TEST(AccountIds, TwelveDigitsAndNothingElse) {
  EXPECT_EQ(AccountId::Parse("000000000000")->number(), 0u);
  EXPECT_EQ(AccountId::Parse("000000000007")->ToString(), "000000000007");
  EXPECT_EQ(AccountId::Parse("123456789012")->ToString(), "123456789012");
  EXPECT_EQ(AccountId::Parse("999999999999")->number(), 999'999'999'999u);
  EXPECT_EQ(AccountId::Parse("999999999999")->ToString(), "999999999999");
  for (std::string_view text : {"", "0", "00000000000", "0000000000000", "00000000000a", "-00000000001", "+00000000001",
                                " 00000000000", "0x0000000000", "0000000000.0"}) {
    EXPECT_FALSE(AccountId::Parse(text)) << text;
  }
}

// Six bytes hold larger numbers than accounts have; one that got past a check must not write past the text.
TEST(AccountIds, NumbersBeyondTwelveDigitsStayWithinTheText) {
  EXPECT_EQ(AccountId::FromNumber(0xFFFFFFFFFFFF).ToString().size(), 12u);
  EXPECT_EQ(AccountId::FromNumber(1'000'000'000'000).ToString().size(), 12u);
}

// The numbers are on disk. A change of this list loses keys; additions go to its end.
TEST(Regions, NumbersAreStable) {
  const char* const golden[] = {
      "us-east-1",      "us-east-2",      "us-west-1",       "us-west-2",      "af-south-1",     "ap-east-1",
      "ap-east-2",      "ap-northeast-1", "ap-northeast-2",  "ap-northeast-3", "ap-south-1",     "ap-south-2",
      "ap-southeast-1", "ap-southeast-2", "ap-southeast-3",  "ap-southeast-4", "ap-southeast-5", "ap-southeast-6",
      "ap-southeast-7", "ca-central-1",   "ca-west-1",       "eu-central-1",   "eu-central-2",   "eu-north-1",
      "eu-south-1",     "eu-south-2",     "eu-west-1",       "eu-west-2",      "eu-west-3",      "il-central-1",
      "me-central-1",   "me-south-1",     "mx-central-1",    "sa-east-1",      "cn-north-1",     "cn-northwest-1",
      "us-gov-east-1",  "us-gov-west-1",  "us-iso-east-1",   "us-iso-west-1",  "us-isob-east-1", "us-isob-west-1",
      "eu-isoe-west-1", "us-isof-east-1", "us-isof-south-1", "eusc-de-east-1"};
  ASSERT_GE(Region::All().size(), std::size(golden));
  for (uint16_t number = 0; number < std::size(golden); ++number) {
    ASSERT_TRUE(Region::FromNumber(number));
    EXPECT_EQ(Region::FromNumber(number)->name(), golden[number]) << number;
  }
}

TEST(Regions, NamesAreUniqueAndLeadBack) {
  std::set<std::string_view> names;
  for (Region region : Region::All()) {
    EXPECT_TRUE(names.insert(region.name()).second) << region.name();
    EXPECT_EQ(Region::Parse(region.name()), region);
    EXPECT_EQ(Region::FromNumber(region.number()), region);
    EXPECT_TRUE(region.partition().starts_with("aws")) << region.name();
  }
  EXPECT_FALSE(Region::FromNumber(static_cast<uint16_t>(Region::All().size())));
  EXPECT_FALSE(Region::FromNumber(0xFFFF));
  for (std::string_view text : {"", "us-east", "us-east-1 ", "US-EAST-1", "us-east-99", "aws"})
    EXPECT_FALSE(Region::Parse(text)) << text;
  EXPECT_EQ(Region::Parse("cn-north-1")->partition(), "aws-cn");
  EXPECT_EQ(Region::Parse("us-gov-west-1")->partition(), "aws-us-gov");
}

TEST(KeyIds, BothForms) {
  bool canonical = false;
  auto uuid = KeyId::Parse("1234abcd-12ab-34cd-56ef-1234567890ab", &canonical);
  ASSERT_TRUE(uuid);
  EXPECT_TRUE(canonical);
  EXPECT_EQ(uuid->kind, KeyId::Kind::kSingleRegion);
  EXPECT_EQ(HexEncode(uuid->bytes), "1234abcd12ab34cd56ef1234567890ab");
  EXPECT_EQ(uuid->ToString(), "1234abcd-12ab-34cd-56ef-1234567890ab");
  auto mrk = KeyId::Parse("mrk-1234abcd12ab34cd56ef1234567890ab", &canonical);
  ASSERT_TRUE(mrk);
  EXPECT_TRUE(canonical);
  EXPECT_EQ(mrk->kind, KeyId::Kind::kMultiRegion);
  EXPECT_EQ(mrk->ToString(), "mrk-1234abcd12ab34cd56ef1234567890ab");
  EXPECT_NE(*uuid, *mrk) << "the same bytes, another key";
  auto upper = KeyId::Parse("1234ABCD-12AB-34CD-56EF-1234567890AB", &canonical);
  ASSERT_TRUE(upper);
  EXPECT_FALSE(canonical);
}

TEST(KeyIds, EveryCharacterOfEveryPlaceCounts) {
  const std::string good = "1234abcd-12ab-34cd-56ef-1234567890ab";
  for (size_t at = 0; at < good.size(); ++at) {
    for (char c : {'-', 'g', '0', ' ', '\0'}) {
      std::string text = good;
      text[at] = c;
      bool dash = good[at] == '-';
      EXPECT_EQ(KeyId::Parse(text).has_value(), dash ? c == '-' : c == '0') << text;
    }
  }
  for (std::string_view text :
       {"", "mrk-", "mrk-1234abcd12ab34cd56ef1234567890a", "mrk-1234abcd12ab34cd56ef1234567890abc",
        "mrk-1234abcd-12ab-34cd-56ef-1234567890ab", "MRK-1234abcd12ab34cd56ef1234567890ab",
        "1234abcd12ab34cd56ef1234567890ab", "1234abcd-12ab-34cd-56ef-1234567890abc"}) {
    EXPECT_FALSE(KeyId::Parse(text)) << text;
  }
}

TEST(Uuids, VersionFourAndVariant) {
  for (int fill : {0x00, 0xFF, 0x5A}) {
    ByteArray<16> bytes;
    bytes.fill(static_cast<uint8_t>(fill));
    MakeUuidV4(&bytes);
    std::string text = FormatUuid(bytes);
    EXPECT_EQ(text.size(), 36u);
    EXPECT_EQ(text[14], '4') << text;
    EXPECT_NE(std::string_view("89ab").find(text[19]), std::string_view::npos) << text;
  }
}

}  // namespace
}  // namespace kagimori
