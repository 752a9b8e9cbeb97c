#include <gtest/gtest.h>

#include <string>

#include "secret/testing/secret_testing.h"
#include "ssm/filters.h"
#include "ssm/labels.h"
#include "ssm/names.h"
#include "ssm/pattern.h"
#include "ssm/policies.h"
#include "ssm/value_reader.h"

namespace kagimori::ssm {
namespace {

const AccountId kAccount = AccountId::FromNumber(111122223333);
const Region kRegion = *Region::Parse("eu-central-1");
constexpr Timestamp kNow{1'750'000'000'000};

secret::SecretBytes Secret(std::string_view text) { return secret::SecretBytes::CopyOf(AsBytes(text)); }

std::string PutError(std::string_view name) {
  OrError<std::string> checked = NameToPut(name, kAccount, kRegion);
  return checked ? "" : std::string(checked.error().info().name);
}

TEST(Names, ToPut) {
  for (std::string_view good : {"x", "/x", "/a/b", "a.b-c_d", "/a/aws/ssm", " /a/b "}) EXPECT_EQ(PutError(good), "");
  EXPECT_EQ(*NameToPut(" /a/b ", kAccount, kRegion), "/a/b");
  for (std::string_view bad :
       {"", " ", "/", "/a/", "//a", "/a//b", "a b", "a/b", "a:b", "AWSx", "ssm", "/SSMx/y", "\xC3\xA4"})
    EXPECT_EQ(PutError(bad), "ValidationException") << bad;
  EXPECT_EQ(PutError("/aws/x"), "AccessDeniedException");
  std::string deep;
  for (int i = 0; i < 15; ++i) deep += "/a";
  EXPECT_EQ(PutError(deep), "");
  EXPECT_EQ(PutError(deep + "/a"), "HierarchyLevelLimitExceededException");
}

TEST(Names, References) {
  const Reference plain = *ParseReference("/a/b");
  EXPECT_EQ(plain.name, "/a/b");
  EXPECT_EQ(plain.selector, "");
  EXPECT_FALSE(plain.account);
  const Reference version = *ParseReference("x:12");
  EXPECT_EQ(version.name, "x");
  EXPECT_EQ(version.selector, ":12");
  EXPECT_EQ(version.version, 12u);
  EXPECT_EQ(ParseReference("x:99999999999999999999")->version, 0u);
  EXPECT_EQ(ParseReference("x:one.two")->label, "one.two");
  const Reference arn = *ParseReference("arn:aws:ssm:eu-central-1:111122223333:parameter/x:l");
  EXPECT_EQ(arn.name, "/x");
  EXPECT_TRUE(arn.either_form);
  EXPECT_EQ(arn.account, kAccount);
  EXPECT_EQ(arn.label, "l");
  EXPECT_FALSE(ParseReference("arn:aws:ssm:eu-central-1:111122223333:parameter/x/y")->either_form);
  for (std::string_view bad :
       {"", ":", "x:", "x:1:2", "x:a b", "arn:", "arn:aws:kms:eu-central-1:111122223333:parameter/x",
        "arn:aws-cn:ssm:eu-central-1:111122223333:parameter/x", "arn:aws:ssm:nowhere-1:111122223333:parameter/x",
        "arn:aws:ssm:eu-central-1:1111:parameter/x", "arn:aws:ssm:eu-central-1:111122223333:document/x", "/ssm/x"})
    EXPECT_FALSE(ParseReference(bad)) << bad;
}

TEST(Names, Levels) {
  EXPECT_EQ(*LevelOf("/"), "/");
  EXPECT_EQ(*LevelOf("/a/b/"), "/a/b");
  for (std::string_view bad : {"", "a", "//", "/a//", "/aws", "/Ssm/x", "/a:1"}) EXPECT_FALSE(LevelOf(bad)) << bad;
}

TEST(Labels, Form) {
  for (std::string_view good : {"a", "a1", "A.b-c_d", "_x", "-"}) EXPECT_TRUE(IsLabel(good)) << good;
  for (std::string_view bad : {"", "1", "1a", "aws", "AwsX", "ssm.x", "a b", "a:b"}) EXPECT_FALSE(IsLabel(bad)) << bad;
}

TEST(Patterns, MatchTheWhole) {
  EXPECT_TRUE(AllowedPattern::Compile("[a-z]+")->Matches(Secret("abc")));
  EXPECT_FALSE(AllowedPattern::Compile("[a-z]+")->Matches(Secret("abc1")));
  EXPECT_TRUE(AllowedPattern::Compile("^\\d{2}$")->Matches(Secret("12")));
  // One that a backtracking engine would never come back from.
  EXPECT_FALSE(AllowedPattern::Compile("(a*)*b")->Matches(Secret(std::string(4096, 'a'))));
  for (std::string_view bad : {"(", "*", "(a)\\1", "(?=a)", "((a{1,1000}){1,1000}){1,1000}"})
    EXPECT_EQ(AllowedPattern::Compile(bad), nullptr) << bad;
}

TEST(Values, References) {
  EXPECT_TRUE(ValueReader::HasReference(Secret("a{{ssm:x}}b")));
  EXPECT_FALSE(ValueReader::HasReference(Secret("}}{{")));
  EXPECT_FALSE(ValueReader::HasReference(Secret("{{")));
}

std::string PolicyError(std::string_view text) {
  OrError<ParameterPolicies> parsed = ParsePolicies(text, kNow);
  return parsed ? "" : std::string(parsed.error().info().name);
}

TEST(Policies, Parse) {
  const std::string expiration =
      R"({"Type":"Expiration","Version":"1.0","Attributes":{"Timestamp":"2030-12-02T21:34:33.500+01:00"}})";
  OrError<ParameterPolicies> one = ParsePolicies("[" + expiration + "]", kNow);
  ASSERT_TRUE(one);
  EXPECT_EQ(FormatIso(*one->expires), "2030-12-02T20:34:33Z");
  EXPECT_EQ(one->expires->millis % 1000, 500);
  ASSERT_EQ(StoredPolicies(one->ToJson()).size(), 1u);
  EXPECT_EQ(StoredPolicies(one->ToJson())[0].text, expiration);
  EXPECT_EQ(ParsePolicies("[{}]", kNow)->ToJson(), "");
  EXPECT_EQ(PolicyError("[" + expiration + "," + expiration + "]"), "IncompatiblePolicyException");
  EXPECT_EQ(PolicyError("x"), "ValidationException");
  EXPECT_EQ(PolicyError("[1]"), "ValidationException");
  EXPECT_EQ(PolicyError("1},{"), "ValidationException");
  EXPECT_EQ(PolicyError(R"([{"Type":"X","Version":"1.0","Attributes":{}}])"), "InvalidPolicyTypeException");
  for (std::string_view attributes :
       {R"({"Timestamp":"2001-01-01T00:00:00Z"})", R"({"Timestamp":"2030-01-01"})", R"({"Timestamp":{}})", R"({})",
        R"({"Timestamp":"2030-01-01T00:00:00.Z"})", R"({"Timestamp":"2030-01-01T00:00:00+0100"})"}) {
    const std::string text = R"([{"Type":"Expiration","Version":"1.0","Attributes":)" + std::string(attributes) + "}]";
    EXPECT_EQ(PolicyError(text), "InvalidPolicyAttributeException") << attributes;
  }
}

TEST(Filters, TextsOfTokens) {
  std::vector<shapes::ssm::ParameterStringFilter> one(1);
  one[0].key = "tag:ab";
  one[0].values = {"c"};
  std::vector<shapes::ssm::ParameterStringFilter> other(1);
  other[0].key = "tag:a";
  other[0].values = {"bc"};
  EXPECT_NE(Filters::OfDescribe(std::nullopt, one)->ToText(), Filters::OfDescribe(std::nullopt, other)->ToText());
}

}  // namespace
}  // namespace kagimori::ssm
