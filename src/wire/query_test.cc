#include "wire/query.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace kagimori::wire {
namespace {

std::string Shown(const Result<QueryParameters>& parsed) {
  if (!parsed) return parsed.error().kind == ErrorKind::kLimit ? "limit" : "invalid";
  std::string shown;
  for (const QueryParameter& parameter : parsed->all()) {
    shown.append("[").append(parameter.name).append("|").append(parameter.value).append("]");
  }
  return shown;
}

TEST(Query, ParsesForms) {
  const std::pair<const char*, const char*> cases[] = {
      {"", ""},
      {"Action=GetUser&Version=2010-05-08", "[Action|GetUser][Version|2010-05-08]"},
      {"a=1&a=2&b=", "[a|1][a|2][b|]"},
      {"a", "[a|]"},
      {"=x", "[|x]"},
      {"&&a=1&&b=2&", "[a|1][b|2]"},
      {"a=b=c", "[a|b=c]"},
      {"a+b=c+d", "[a b|c d]"},
      {"%41%2B=%26%3D%25", "[A+|&=%]"},
      {"a=%e1%88%B4", "[a|\xE1\x88\xB4]"},
      {"a=%", "invalid"},
      {"a=%4", "invalid"},
      {"%4g=1", "invalid"},
      {"a=1&b=%zz", "invalid"},
  };
  for (const auto& [text, shown] : cases) EXPECT_EQ(Shown(QueryParameters::ParseForm(text)), shown) << text;
}

TEST(Query, AUrlsPlusIsItself) { EXPECT_EQ(Shown(QueryParameters::ParseUrlQuery("a+b=c+d%20e")), "[a+b|c+d e]"); }

TEST(Query, HoldsNulBytes) {
  const auto parsed = QueryParameters::ParseForm("a=x%00y");
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(parsed->Get("a"), std::string_view("x\0y", 3));
}

TEST(Query, Limits) {
  EXPECT_EQ(Shown(QueryParameters::ParseForm("a&b&c", {.max_parameters = 3})), "[a|][b|][c|]");
  EXPECT_EQ(Shown(QueryParameters::ParseForm("a&b&c&d", {.max_parameters = 3})), "limit");
  EXPECT_EQ(Shown(QueryParameters::ParseForm("a=34", {.max_bytes = 4})), "[a|34]");
  EXPECT_EQ(Shown(QueryParameters::ParseForm("a=345", {.max_bytes = 4})), "limit");
}

TEST(Query, GetsTheFirstOfAName) {
  auto parsed = QueryParameters::ParseForm("a=1&A=2&a=3&b");
  ASSERT_TRUE(parsed.has_value());
  const QueryParameters moved = *std::move(parsed);
  EXPECT_EQ(moved.Get("a"), "1");
  EXPECT_EQ(moved.Get("A"), "2");
  EXPECT_EQ(moved.Get("b"), "");
  EXPECT_EQ(moved.Get("c"), std::nullopt);
}

TEST(Query, SplitsTargets) {
  EXPECT_EQ(SplitTarget("/").path, "/");
  EXPECT_EQ(SplitTarget("/a?b=c?d").path, "/a");
  EXPECT_EQ(SplitTarget("/a?b=c?d").query, "b=c?d");
  EXPECT_EQ(SplitTarget("/a?").query, "");
  EXPECT_EQ(SplitTarget("").path, "");
}

TEST(Query, EveryByteSurvivesEncoding) {
  std::string all;
  for (int c = 0; c < 256; ++c) all.push_back(static_cast<char>(c));
  for (const Slash slash : {Slash::kEncode, Slash::kKeep}) {
    std::string encoded, decoded;
    AppendPercentEncoded(all, slash, &encoded);
    ASSERT_TRUE(AppendPercentDecoded(encoded, PlusSign::kSpace, &decoded));
    EXPECT_EQ(decoded, all);
    EXPECT_EQ(encoded.find('/') != std::string::npos, slash == Slash::kKeep);
    EXPECT_EQ(encoded.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~%/"),
              std::string::npos);
  }
  std::string encoded;
  AppendPercentEncoded("a b/~\xFF", Slash::kEncode, &encoded);
  EXPECT_EQ(encoded, "a%20b%2F~%FF");
}

}  // namespace
}  // namespace kagimori::wire
