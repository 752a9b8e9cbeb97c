#include "keys/default_policy.h"

#include <gtest/gtest.h>

namespace kagimori::keys {
namespace {

const AccountId kAccount = AccountId::FromNumber(111122223333);

// AWS's sample, to the letter: two-space indent, a space before each colon, no newline at the end.
constexpr std::string_view kExpected =
    "{\n"
    "  \"Version\" : \"2012-10-17\",\n"
    "  \"Id\" : \"key-default-1\",\n"
    "  \"Statement\" : [ {\n"
    "    \"Sid\" : \"Enable IAM User Permissions\",\n"
    "    \"Effect\" : \"Allow\",\n"
    "    \"Principal\" : {\n"
    "      \"AWS\" : \"arn:aws:iam::111122223333:root\"\n"
    "    },\n"
    "    \"Action\" : \"kms:*\",\n"
    "    \"Resource\" : \"*\"\n"
    "  } ]\n"
    "}";

TEST(DefaultPolicy, ToTheLetter) { EXPECT_EQ(DefaultKeyPolicy(kAccount, *Region::Parse("us-east-1")), kExpected); }

TEST(DefaultPolicy, PartitionAndLeadingZeros) {
  std::string china = DefaultKeyPolicy(AccountId::FromNumber(7), *Region::Parse("cn-north-1"));
  EXPECT_NE(china.find("\"arn:aws-cn:iam::000000000007:root\""), china.npos);
}

TEST(DefaultPolicy, IsKnownHoweverItIsSpaced) {
  Region region = *Region::Parse("us-east-1");
  EXPECT_TRUE(IsDefaultKeyPolicy(kExpected, kAccount, region));
  std::string compact;
  bool quoted = false;
  for (char c : kExpected) {
    if (c == '"') quoted = !quoted;
    if (quoted || (c != ' ' && c != '\n')) compact.push_back(c);
  }
  EXPECT_TRUE(IsDefaultKeyPolicy(compact, kAccount, region));
  EXPECT_TRUE(IsDefaultKeyPolicy("\r\n\t" + compact + "\t", kAccount, region));
  // White space inside strings is no white space.
  std::string other = compact;
  other.replace(other.find("Enable IAM"), 10, "EnableIAM");
  EXPECT_FALSE(IsDefaultKeyPolicy(other, kAccount, region));
  EXPECT_FALSE(IsDefaultKeyPolicy(compact, AccountId::FromNumber(1), region));
  EXPECT_FALSE(IsDefaultKeyPolicy(compact, kAccount, *Region::Parse("cn-north-1")));
  EXPECT_FALSE(IsDefaultKeyPolicy("", kAccount, region));
  EXPECT_FALSE(IsDefaultKeyPolicy("\"\\", kAccount, region));
}

}  // namespace
}  // namespace kagimori::keys
