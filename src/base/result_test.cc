#include "base/result.h"

#include <gtest/gtest.h>

#include <memory>

namespace kagimori {
namespace {

Result<int> Half(int value) {
  if (value % 2 != 0) return Fail(ErrorKind::kInvalid, "odd");
  return value / 2;
}

Result<int> Quarter(int value) {
  KAGIMORI_ASSIGN_OR_RETURN(int half, Half(value));
  KAGIMORI_ASSIGN_OR_RETURN(half, Half(half));
  return half;
}

Result<> Check(int value, int* reached) {
  KAGIMORI_RETURN_IF_ERROR(Half(value));
  ++*reached;
  return {};
}

TEST(Result, MacrosLeaveWithTheError) {
  EXPECT_EQ(Quarter(8).value(), 2);
  EXPECT_EQ(Quarter(7).error().text, "odd");
  EXPECT_EQ(Quarter(6).error().kind, ErrorKind::kInvalid);
  int reached = 0;
  EXPECT_TRUE(Check(2, &reached));
  EXPECT_FALSE(Check(3, &reached));
  EXPECT_EQ(reached, 1);
}

TEST(Result, MovesValuesThatCannotBeCopied) {
  auto make = []() -> Result<std::unique_ptr<int>> { return std::make_unique<int>(3); };
  auto use = [&]() -> Result<int> {
    KAGIMORI_ASSIGN_OR_RETURN(std::unique_ptr<int> value, make());
    return *value;
  };
  EXPECT_EQ(use().value(), 3);
}

TEST(Result, DescribeSaysWhatAndWhere) {
  Error error = Half(1).error();
  std::string text = Describe(error);
  EXPECT_TRUE(text.starts_with("invalid: odd (base/result_test.cc:")) << text;
}

}  // namespace
}  // namespace kagimori
