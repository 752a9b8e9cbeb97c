#include "policy/pattern.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace kagimori::policy {
namespace {

bool Like(const std::string& pattern, const std::string& text) {
  return Pattern::Parse(pattern, {}).value().MatchesPlain(text);
}

TEST(Pattern, Wildcards) {
  for (const auto& [pattern, text] :
       std::initializer_list<std::pair<const char*, const char*>>{{"", ""},
                                                                  {"*", ""},
                                                                  {"*", "a:b/c"},
                                                                  {"**", "x"},
                                                                  {"a*", "a"},
                                                                  {"a*", "abc"},
                                                                  {"*c", "abc"},
                                                                  {"a*c", "ac"},
                                                                  {"a*c", "abcc"},
                                                                  {"a*b*c", "aXbXbc"},
                                                                  {"?", "a"},
                                                                  {"a?c", "abc"},
                                                                  {"*?", "a"},
                                                                  {"?*", "abc"},
                                                                  {"*a?b*", "xxaab"},
                                                                  {"*ab?", "ababx"},
                                                                  {"??", "\xC3\xA9x"},
                                                                  {"*?*?*", "ab"},
                                                                  {"?", "\xE2\x82\xAC"},
                                                                  {"a*a", "aa"},
                                                                  {"*aa*aa", "aaaa"},
                                                                  {"kms:*crypt*", "kms:reencryptto"}}) {
    EXPECT_TRUE(Like(pattern, text)) << pattern << " " << text;
  }
  for (const auto& [pattern, text] : std::initializer_list<std::pair<const char*, const char*>>{{"", "a"},
                                                                                                {"a", ""},
                                                                                                {"a", "A"},
                                                                                                {"a*", "ba"},
                                                                                                {"*c", "cb"},
                                                                                                {"?", ""},
                                                                                                {"?", "ab"},
                                                                                                {"a*a", "a"},
                                                                                                {"*?", ""},
                                                                                                {"??", "\xC3\xA9"},
                                                                                                {"*aa*aa", "aaa"},
                                                                                                {"a*b*c", "acb"},
                                                                                                {"*ab?", "ab"},
                                                                                                {"ab*ba", "aba"}}) {
    EXPECT_FALSE(Like(pattern, text)) << pattern << " " << text;
  }
}

Match Matched(const std::string& pattern, const std::string& text) {
  return Pattern::Parse(pattern, {}).value().Matches(text, MapContext());
}

TEST(Pattern, HostilePatternsTakeNoTime) {
  const auto start = std::chrono::steady_clock::now();
  const std::string text(100'000, 'a');
  std::string stars;
  for (int i = 0; i < 50'000; ++i) stars += "*a";
  EXPECT_EQ(Matched(stars + "b", text), Match::kNo);
  EXPECT_EQ(Matched(stars, text), Match::kYes);
  EXPECT_EQ(Matched("*" + std::string(50'000, 'a') + "b*", text), Match::kNo);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
}

TEST(Pattern, WhatIsMadeToTakeTimeIsUnknown) {
  const auto start = std::chrono::steady_clock::now();
  std::string marks;
  for (int i = 0; i < 20'000; ++i) marks += "?a";
  EXPECT_EQ(Matched("*" + marks + "b*", std::string(100'000, 'a')), Match::kUnknown);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
  EXPECT_EQ(Matched("*" + marks.substr(0, 250) + "b*", std::string(500, 'a')), Match::kNo)
      << "500 bytes are always tried";
}

MapContext Tags() {
  MapContext context;
  EXPECT_TRUE(context.Set("aws:username", "bob"));
  EXPECT_TRUE(context.Set("aws:PrincipalTag/Team", "*"));
  EXPECT_TRUE(context.Set("aws:PrincipalTag/two", std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(context.Set("aws:TagKeys", "bob"));
  return context;
}

Match Filled(const std::string& pattern, const std::string& text) {
  return Pattern::Parse(pattern, {.variables = true}).value().Matches(text, Tags());
}

// Source: "IAM policy elements: Variables and tags".
TEST(Pattern, Variables) {
  EXPECT_EQ(Filled("home/${aws:username}/*", "home/bob/x"), Match::kYes);
  EXPECT_EQ(Filled("home/${AWS:UserName}", "home/bob"), Match::kYes);
  EXPECT_EQ(Filled("${aws:username}${aws:username}", "bobbob"), Match::kYes);
  EXPECT_EQ(Filled("${aws:PrincipalTag/missing, 'company-wide'}", "company-wide"), Match::kYes);
  EXPECT_EQ(Filled("${aws:PrincipalTag/missing,'x'}", "x"), Match::kYes);
  EXPECT_EQ(Filled("${aws:username, 'x'}", "bob"), Match::kYes);
  EXPECT_EQ(Filled("${*}${?}${$}", "*?$"), Match::kYes);
  EXPECT_EQ(Filled("${*}", "x"), Match::kNo);
  EXPECT_EQ(Filled("$x}", "$x}"), Match::kYes);
}

TEST(Pattern, AVariableWithoutAValueMatchesNothing) {
  EXPECT_EQ(Filled("${aws:PrincipalTag/missing}", ""), Match::kNo);
  EXPECT_EQ(Filled("*${aws:PrincipalTag/missing}*", "x"), Match::kNo);
  EXPECT_EQ(Filled("${aws:TagKeys}", "bob"), Match::kNo) << "multivalued keys are no variables";
}

TEST(Pattern, AVariableWithSeveralValuesIsUnknown) {
  EXPECT_EQ(Filled("${aws:PrincipalTag/two}", "a"), Match::kUnknown);
}

TEST(Pattern, WhatAVariableHoldsIsNoWildcard) {
  EXPECT_EQ(Filled("${aws:PrincipalTag/team}", "*"), Match::kYes);
  EXPECT_EQ(Filled("${aws:PrincipalTag/team}", "anything"), Match::kNo);
  EXPECT_EQ(Filled("a${aws:PrincipalTag/missing, '*'}", "ab"), Match::kNo);
}

TEST(Pattern, WithoutVariablesTheirSpellingIsText) {
  EXPECT_TRUE(Like("${aws:username}", "${aws:username}"));
  EXPECT_TRUE(Like("${*}", "${anything}"));
  const auto resource =
      Pattern::Parse("arn:aws:kms:${aws:username}:1:key/${aws:username}", {.variables = true, .variables_after = 5});
  EXPECT_EQ(resource->Matches("arn:aws:kms:${aws:username}:1:key/bob", Tags()), Match::kYes);
  EXPECT_EQ(resource->Matches("arn:aws:kms:bob:1:key/bob", Tags()), Match::kNo);
}

TEST(Pattern, FoldsLettersOfAscii) {
  const auto pattern = Pattern::Parse("Ab*\xC3\xA9", {.wildcards = false, .fold_case = true});
  EXPECT_TRUE(pattern->MatchesPlain("aB*\xC3\xA9"));
  EXPECT_FALSE(pattern->MatchesPlain("abx\xC3\xA9"));
  EXPECT_FALSE(pattern->MatchesPlain("ab*\xC3\x89"));
  EXPECT_FALSE(pattern->MatchesPlain("ab*"));
}

std::optional<Match> Arn(const std::string& pattern, const std::string& text) {
  MapContext context = Tags();
  EXPECT_TRUE(context.Set("aws:PrincipalArn", "arn:aws:iam::111122223333:role/x:y"));
  EXPECT_TRUE(context.Set("aws:PrincipalTag/region", "us-east-1:999999999999:key/x"));
  return ArnPattern::Parse(pattern, true).value().Matches(text, context);
}

TEST(ArnPattern, EachPartIsMatchedByItself) {
  EXPECT_EQ(Arn("arn:aws:s3:::b/*", "arn:aws:s3:::b/c:d/e"), Match::kYes);
  EXPECT_EQ(Arn("arn:aws:*:*:*:*", "arn:aws:s3:::b"), Match::kYes);
  EXPECT_EQ(Arn("arn:aws:iam::*:role/bob", "arn:aws:iam::1:2:role/bob"), Match::kNo) << "no star crosses a colon";
  EXPECT_EQ(Arn("arn:aws:iam::1*", "arn:aws:iam::1:role/bob"), Match::kNo);
  EXPECT_EQ(Arn("arn:aws:iam::1:role/${aws:username}", "arn:aws:iam::1:role/bob"), Match::kYes);
  EXPECT_EQ(Arn("ARN:aws:iam::1:role/bob", "arn:aws:iam::1:role/bob"), Match::kNo);
}

TEST(ArnPattern, WhatIsNoArnIsUnreadable) {
  EXPECT_EQ(Arn("*", "bob"), std::nullopt);
  EXPECT_EQ(Arn("bob", "bob"), std::nullopt);
  EXPECT_EQ(Arn("bob", "arn:aws:iam::1:role/bob"), Match::kNo);
}

TEST(ArnPattern, AStarAloneIsEveryArnAsAGuess) { EXPECT_EQ(Arn("*", "arn:aws:s3:::b"), Match::kYes); }

TEST(ArnPattern, AVariableMayHoldAWholeArn) {
  EXPECT_EQ(Arn("${aws:PrincipalArn}", "arn:aws:iam::111122223333:role/x:y"), Match::kYes);
  EXPECT_EQ(Arn("${aws:PrincipalArn}", "arn:aws:iam::111122223333:role/x"), Match::kNo);
  EXPECT_EQ(Arn("${aws:PrincipalArn}*", "arn:aws:iam::111122223333:role/x:yz"), Match::kYes);
}

// Else whoever has the tag would choose the account.
TEST(ArnPattern, AColonInAValueDoesNotShiftTheParts) {
  EXPECT_EQ(Arn("arn:aws:kms:${aws:PrincipalTag/region}:1:*", "arn:aws:kms:us-east-1:999999999999:key/x:1:y"),
            Match::kNo);
}

}  // namespace
}  // namespace kagimori::policy
