#include "gateway/faults.h"

#include <gtest/gtest.h>

namespace kagimori::gateway {
namespace {

using shapes::ErrorCode;
using shapes::Operation;
using std::chrono::milliseconds;

TEST(Faults, NothingGoesWrongUntilItIsTold) {
  Faults faults;
  EXPECT_FALSE(faults.any());
  EXPECT_EQ(faults.Decide(Operation::kEncrypt).error, std::nullopt);
  ASSERT_TRUE(faults.Add({.error = ErrorCode::kThrottling}));
  EXPECT_TRUE(faults.any());
  EXPECT_EQ(faults.Decide(Operation::kEncrypt).error->name(), "ThrottlingException");
  faults.Clear();
  EXPECT_FALSE(faults.any());
  EXPECT_EQ(faults.Decide(Operation::kEncrypt).error, std::nullopt);
}

TEST(Faults, AnOperationHasItsOwn) {
  Faults faults;
  ASSERT_TRUE(faults.Add({.error = ErrorCode::kKmsInternal, .operation = Operation::kDecrypt}));
  EXPECT_EQ(faults.Decide(Operation::kEncrypt).error, std::nullopt);
  EXPECT_EQ(faults.Decide(Operation::kDecrypt).error->http_status(), 500);
}

TEST(Faults, AnErrorThatAnOperationDoesNotKnowIsRefusedOrLeftOut) {
  Faults faults;
  EXPECT_FALSE(faults.Add({.error = ErrorCode::kKeyUnavailable, .operation = Operation::kListKeys}));
  ASSERT_TRUE(faults.Add({.error = ErrorCode::kKeyUnavailable}));
  EXPECT_EQ(faults.Decide(Operation::kListKeys).error, std::nullopt);
  EXPECT_EQ(faults.Decide(Operation::kEncrypt).error->name(), "KeyUnavailableException");
}

TEST(Faults, DelaysAddUpAndTheFirstErrorCounts) {
  Faults faults;
  ASSERT_TRUE(faults.Add({.error = {}, .delay = milliseconds(20)}));
  ASSERT_TRUE(faults.Add({.error = {}, .delay = milliseconds(5), .operation = Operation::kSign}));
  ASSERT_TRUE(faults.Add({.error = ErrorCode::kThrottling}));
  ASSERT_TRUE(faults.Add({.error = ErrorCode::kKmsInternal}));
  const Faults::Verdict verdict = faults.Decide(Operation::kSign);
  EXPECT_EQ(verdict.delay, milliseconds(25));
  EXPECT_EQ(verdict.error->name(), "ThrottlingException");
  EXPECT_EQ(faults.Decide(Operation::kVerify).delay, milliseconds(20));
}

// 20,000 tries at 5 %: the standard deviation is 31, so ten of them either way are chance once in 10^23.
TEST(Faults, AShareOfTheRequestsAtRandom) {
  Faults faults;
  ASSERT_TRUE(faults.Add({.error = ErrorCode::kThrottling, .per_million = 50'000}));
  int thrown = 0;
  for (int i = 0; i < 20'000; ++i) thrown += faults.Decide(Operation::kEncrypt).error ? 1 : 0;
  EXPECT_GT(thrown, 1000 - 310);
  EXPECT_LT(thrown, 1000 + 310);
}

TEST(Faults, AreBounded) {
  Faults faults;
  EXPECT_FALSE(faults.Add({.error = {}, .delay = milliseconds(30'001)}));
  EXPECT_FALSE(faults.Add({.error = {}, .delay = milliseconds(-1)}));
  for (size_t i = 0; i < Faults::kMost; ++i) ASSERT_TRUE(faults.Add({.error = {}, .delay = Faults::kLongestDelay}));
  EXPECT_FALSE(faults.Add({.error = ErrorCode::kThrottling}));
  EXPECT_EQ(faults.Decide(Operation::kSign).delay, Faults::kLongestDelay);
  EXPECT_EQ(faults.List().size(), Faults::kMost);
}

TEST(Faults, Names) {
  EXPECT_EQ(ParseFaultCode("KMSInternalException"), ErrorCode::kKmsInternal);
  EXPECT_EQ(NameOfFault(ErrorCode::kDependencyTimeout), "DependencyTimeoutException");
  EXPECT_FALSE(ParseFaultCode("NotFoundException"));
  EXPECT_FALSE(ParseFaultCode(""));
}

}  // namespace
}  // namespace kagimori::gateway
