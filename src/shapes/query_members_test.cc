#include "shapes/query_members.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace kagimori::shapes {
namespace {

bool Lower(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= 'a' && c <= 'z'; });
}
constexpr TextRule kRule{.min = 2, .max = 4, .pattern = "[a-z]*", .matches = Lower};

TEST(QueryMembers, ReadsAndSaysNothing) {
  auto parameters = wire::QueryParameters::ParseForm(
      "Name=abc&Seconds=900&Names.member.1=ab&Names.member.2=cd&Names.member.4=zz&Tags.member.1.Value=vv&"
      "Tags.member.1.Key=kk&Empty=");
  ASSERT_TRUE(parameters);
  QueryMembers members(*parameters);
  EXPECT_EQ(members.Required("Name", kRule), "abc");
  EXPECT_EQ(members.Optional("Other", kRule), std::nullopt);
  EXPECT_EQ(members.Integer("Seconds", 900, 1000), 900);
  EXPECT_EQ(members.Texts("Names", 2, kRule), (std::vector<std::string>{"ab", "cd"}));
  EXPECT_EQ(members.Texts("Empty", 2, kRule).size(), 0U);
  EXPECT_EQ(members.Structures("Tags", 1, {{"Key", kRule}, {"Value", kRule}}),
            (std::vector<std::vector<std::string>>{{"kk", "vv"}}));
  EXPECT_TRUE(members.violations().empty());
}

TEST(QueryMembers, AllViolationsInOneMessage) {
  auto parameters =
      wire::QueryParameters::ParseForm("Name=A&Seconds=7&Names.member.1=abcde&Tags.member.1.Key=k&Secret=A&Minutes=7x");
  ASSERT_TRUE(parameters);
  QueryMembers members(*parameters);
  members.Required("Name", kRule);
  members.Required("RoleArn", kRule);
  members.Integer("Seconds", 900, 1000);
  members.Integer("Minutes", 0, 10);
  members.Texts("Names", 2, kRule);
  members.Structures("Tags", 1, {{"Key", kRule}, {"Value", kRule}});
  members.Required("Secret", {.min = 2, .max = 4, .secret = true});
  EXPECT_EQ(
      members.violations().Message(),
      "9 validation errors detected: "
      "Value 'A' at 'name' failed to satisfy constraint: Member must have length greater than or equal to 2; "
      "Value 'A' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-z]*; "
      "Value null at 'roleArn' failed to satisfy constraint: Member must not be null; "
      "Value '7' at 'seconds' failed to satisfy constraint: Member must have value greater than or equal to 900; "
      "Value '7x' at 'minutes' failed to satisfy constraint: Member must be an integer; "
      "Value '[abcde]' at 'names' failed to satisfy constraint: Member must satisfy constraint: [Member must have "
      "length "
      "less than or equal to 4, Member must have length greater than or equal to 2, Member must satisfy regular "
      "expression pattern: [a-z]*]; "
      "Value 'k' at 'tags.1.member.key' failed to satisfy constraint: Member must have length greater than or equal to "
      "2; "
      "Value null at 'tags.1.member.value' failed to satisfy constraint: Member must not be null; "
      "Value at 'secret' failed to satisfy constraint: Member must have length greater than or equal to 2");
}

TEST(QueryMembers, ListsThatAreTooLong) {
  auto parameters = wire::QueryParameters::ParseForm("N.member.1=aa&N.member.2=aa&N.member.3=aa&N.member.4=aa");
  ASSERT_TRUE(parameters);
  QueryMembers members(*parameters);
  EXPECT_EQ(members.Texts("N", 2, kRule).size(), 3U);
  EXPECT_EQ(members.violations().Message(),
            "1 validation error detected: Value '[aa, aa, aa]' at 'n' failed to satisfy constraint: Member must have "
            "length less than "
            "or equal to 2");
}

}  // namespace
}  // namespace kagimori::shapes
