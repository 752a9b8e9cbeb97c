#include "gateway/request_stats.h"

#include <gtest/gtest.h>

#include <numeric>

namespace kagimori::gateway {
namespace {

using std::chrono::microseconds;
using std::chrono::nanoseconds;

const RequestStats::Operation& Of(const RequestStats& stats, std::string_view name) {
  for (const auto& operation : stats.operations()) {
    if (operation.name == name) return operation;
  }
  ADD_FAILURE() << name;
  return stats.operations().front();
}

TEST(RequestStats, CountsByOperationAndCode) {
  RequestStats stats;
  stats.Count("kms", "Encrypt", "", microseconds(10));
  stats.Count("kms", "Encrypt", "", microseconds(10));
  stats.Count("kms", "Encrypt", "NotFoundException", microseconds(10));
  stats.Count("kms", "Decrypt", "", microseconds(10));
  stats.Count("sts", "Encrypt", "", microseconds(10));
  ASSERT_EQ(stats.operations().size(), 3u);
  const auto& encrypt = Of(stats, "Encrypt");
  ASSERT_EQ(encrypt.codes.size(), 2u);
  EXPECT_EQ(encrypt.codes[0].code, "");
  EXPECT_EQ(encrypt.codes[0].count, 2u);
  EXPECT_EQ(encrypt.codes[1].count, 1u);
  EXPECT_EQ(encrypt.latency_sum_micros, 30u);
}

TEST(RequestStats, ABoundBelongsToItsBucket) {
  RequestStats stats;
  for (uint64_t bound : kLatencyBounds) {
    stats.Count("kms", "Encrypt", "", microseconds(bound));
    stats.Count("kms", "Encrypt", "", microseconds(bound + 1));
  }
  stats.Count("kms", "Encrypt", "", nanoseconds(0));
  const auto& latency = Of(stats, "Encrypt").latency;
  EXPECT_EQ(latency[0], 2u);
  for (size_t i = 1; i < kLatencyBounds.size(); ++i) EXPECT_EQ(latency[i], 2u) << i;
  EXPECT_EQ(latency.back(), 1u);
}

TEST(RequestStats, MergeAddsUp) {
  RequestStats one;
  RequestStats two;
  one.Count("kms", "Encrypt", "", microseconds(30));
  two.Count("kms", "Encrypt", "", microseconds(40));
  two.Count("kms", "Encrypt", "X", microseconds(2'000'000));
  two.Count("kms", "Decrypt", "", microseconds(1));
  RequestStats sum;
  sum.Merge(one);
  sum.Merge(two);
  const auto& encrypt = Of(sum, "Encrypt");
  EXPECT_EQ(encrypt.codes.at(0).count, 2u);
  EXPECT_EQ(encrypt.codes.at(1).count, 1u);
  EXPECT_EQ(encrypt.latency_sum_micros, 2'000'070u);
  EXPECT_EQ(std::accumulate(encrypt.latency.begin(), encrypt.latency.end(), 0u), 3u);
  EXPECT_EQ(Of(sum, "Decrypt").codes.at(0).count, 1u);
}

}  // namespace
}  // namespace kagimori::gateway
