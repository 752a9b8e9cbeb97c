#include "iam/statement_position.h"

#include <gtest/gtest.h>

namespace kagimori::iam {
namespace {

void Expect(std::string_view document, int index, TextPosition start, TextPosition end) {
  const auto found = FindStatement(document, index);
  ASSERT_TRUE(found) << document;
  EXPECT_EQ(found->start, start);
  EXPECT_EQ(found->end, end);
}

TEST(StatementPosition, OneObject) {
  Expect("{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": {\n    \"Effect\": \"Deny\"\n  }\n}", 0, {3, 16}, {5, 4});
  Expect(R"({"Statement":{"Condition":{"Bool":{"a":"b"}}},"Id":"x"})", 0, {1, 14}, {1, 46});
}

TEST(StatementPosition, AList) {
  const std::string_view list =
      "{\"Statement\":[\n{\"Sid\":\"}]{\\\"\"},\n {\"Condition\":{\"Bool\":{\"a\":[\"b\"]}}}]}";
  Expect(list, 0, {2, 1}, {2, 16});
  Expect(list, 1, {3, 2}, {3, 36});
  EXPECT_FALSE(FindStatement(list, 2));
}

TEST(StatementPosition, OnlyStatements) {
  EXPECT_FALSE(FindStatement(R"({"Other":{"Statement":{}}})", 0));
  EXPECT_FALSE(FindStatement(R"({"Id":"Statement"})", 0));
  EXPECT_FALSE(FindStatement("", 0));
  EXPECT_FALSE(FindStatement(R"({"Statement":")", 0));
}

}  // namespace
}  // namespace kagimori::iam
