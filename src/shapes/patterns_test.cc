#include "shapes/patterns.h"

#include <gtest/gtest.h>

#include <random>
#include <regex>
#include <string>
#include <vector>

namespace kagimori::shapes {
namespace {

TEST(Patterns, TakeAndRefuse) {
  EXPECT_TRUE(Matches(Pattern::kAscii, std::string_view("a\0b", 3)));
  EXPECT_FALSE(Matches(Pattern::kAscii, ""));
  EXPECT_FALSE(Matches(Pattern::kAscii, "é"));
  EXPECT_TRUE(Matches(Pattern::kLatin1, ""));
  EXPECT_TRUE(Matches(Pattern::kLatin1, "aé\xC2\x80ÿ"));
  EXPECT_FALSE(Matches(Pattern::kLatin1, "Ā"));
  EXPECT_FALSE(Matches(Pattern::kLatin1, "\n"));
  EXPECT_TRUE(Matches(Pattern::kPolicy, "{\n\t\"a\" : 1 }\r"));
  EXPECT_FALSE(Matches(Pattern::kPolicy, ""));
  EXPECT_FALSE(Matches(Pattern::kPolicy, "\x01"));
  EXPECT_FALSE(Matches(Pattern::kPolicy, "…"));
}

// Each hand-written match agrees with its regular expression, on texts near it.
TEST(Patterns, AgreeWithTheRegularExpressions) {
  const struct {
    Pattern pattern;
    std::vector<std::string> seeds;
  } kCases[] = {
      {Pattern::kName, {"alias/a_b-c:d"}},
      {Pattern::kHex, {"0123456789abcdef"}},
      {Pattern::kAccount, {"111122223333"}},
      {Pattern::kClusterId, {"cluster-2a3b4c5d6e7f", "cluster-abcdefghijk"}},
      {Pattern::kMaterialDescription, {"a b:c/d_e.f-g"}},
      {Pattern::kWord, {"default", "a_9"}},
      {Pattern::kPrincipal, {"arn:aws:iam::111122223333:role/x+=,.@-"}},
      {Pattern::kRegion, {"us-east-1", "us-gov-west-1", "us-iso-b-east-1", "a-b-12"}},
      {Pattern::kXksKeyId, {"a-b_c.d"}},
      {Pattern::kXksAccessKey, {"ABCDEFGHIJ234567ABCD"}},
      {Pattern::kXksSecretKey, {"abc/+=DEF012"}},
      {Pattern::kXksEndpoint, {"https://a.b-c.d"}},
      {Pattern::kXksPath, {"/kms/xks/v1", "/a/b_c-d/kms/xks/v12", "/x/kms/xks/v1/kms/xks/v2", "//kms/xks/v1"}},
      {Pattern::kVpceService,
       {"com.amazonaws.vpce.us-east-1.vpce-svc-0a1b2c", "eu.amazonaws.vpce.us-gov-east-12.vpce-svc-1"}},
  };
  std::mt19937 engine(7);
  auto below = [&](size_t n) { return engine() % n; };
  constexpr std::string_view kNoise = "aZ09-_./:=+,@ \tvk\n";
  for (const auto& [pattern, seeds] : kCases) {
    std::regex expression{std::string(PatternText(pattern))};
    int accepted = 0;
    for (int i = 0; i < 3000; ++i) {
      std::string text = seeds[below(seeds.size())];
      for (size_t edits = below(4); edits > 0; --edits) {
        size_t at = text.empty() ? 0 : below(text.size());
        switch (below(3)) {
          case 0:
            text.insert(at, 1, kNoise[below(kNoise.size())]);
            break;
          case 1:
            if (!text.empty()) text.erase(at, 1 + below(3));
            break;
          default:
            if (!text.empty()) text[at] = kNoise[below(kNoise.size())];
        }
      }
      bool matches = Matches(pattern, text);
      accepted += matches;
      EXPECT_EQ(matches, std::regex_match(text, expression)) << PatternText(pattern) << " on " << text;
    }
    EXPECT_GT(accepted, 0) << PatternText(pattern);
    EXPECT_LT(accepted, 3000) << PatternText(pattern);
  }
}

}  // namespace
}  // namespace kagimori::shapes
