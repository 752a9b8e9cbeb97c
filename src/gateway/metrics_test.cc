#include "gateway/metrics.h"

#include <gtest/gtest.h>

#include <map>
#include <regex>
#include <sstream>

namespace kagimori::gateway {
namespace {

// The samples of a page, each line held against the text format 0.0.4.
std::map<std::string, std::string> Samples(const std::string& page) {
  static const std::regex sample(R"re(^([a-z_]+(?:\{(?:[a-z]+="[^"\\\n]*",?)*\})?) ([0-9.eE+-]+|\+Inf|NaN)$)re");
  static const std::regex comment("^# (HELP|TYPE) [a-z_]+ .+$");
  std::map<std::string, std::string> samples;
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) {
    std::smatch match;
    if (std::regex_match(line, match, sample)) {
      EXPECT_TRUE(samples.emplace(match[1], match[2]).second) << "twice: " << line;
    } else {
      EXPECT_TRUE(std::regex_match(line, comment)) << line;
    }
  }
  return samples;
}

TEST(Metrics, EveryLineIsOfTheFormat) {
  RequestStats stats;
  stats.Count("kms", "Encrypt", "", std::chrono::microseconds(30));
  stats.Count("kms", "Encrypt", "NotFoundException", std::chrono::microseconds(3000));
  stats.Count("kms", "", "UnknownOperationException", std::chrono::microseconds(3'000'000));
  NodeFigures figures;
  figures.store.commits = 12;
  figures.audit_sequence = 100;
  figures.audit_synced_sequence = 90;
  figures.audit_failed = true;
  figures.certificate_expiry = Timestamp{1'800'000'000'000};
  auto samples = Samples(RenderMetrics(stats, figures));

  EXPECT_EQ(samples[R"(kagimori_requests_total{service="kms",operation="Encrypt",code="OK"})"], "1");
  EXPECT_EQ(samples[R"(kagimori_requests_total{service="kms",operation="Encrypt",code="NotFoundException"})"], "1");
  EXPECT_EQ(samples[R"(kagimori_requests_total{service="kms",operation="other",code="UnknownOperationException"})"],
            "1");
  const std::string bucket = R"(kagimori_request_duration_seconds_bucket{service="kms",operation="Encrypt",le=)";
  EXPECT_EQ(samples[bucket + "\"+Inf\"}"], "2") << "cumulative";
  EXPECT_EQ(samples[R"(kagimori_request_duration_seconds_count{service="kms",operation="Encrypt"})"], "2");
  EXPECT_EQ(std::stod(samples[R"(kagimori_request_duration_seconds_sum{service="kms",operation="Encrypt"})"]), 0.00303);
  EXPECT_EQ(samples["kagimori_store_commits_total"], "12");
  EXPECT_EQ(samples["kagimori_audit_unsynced_events"], "10");
  EXPECT_EQ(samples["kagimori_audit_failed"], "1");
  EXPECT_EQ(samples["kagimori_sealed"], "0");
  EXPECT_EQ(std::stod(samples["kagimori_certificate_expiry_timestamp_seconds"]), 1.8e9);
}

TEST(Metrics, BucketsGrow) {
  RequestStats stats;
  for (uint64_t bound : kLatencyBounds) stats.Count("kms", "Encrypt", "", std::chrono::microseconds(bound));
  std::string page = RenderMetrics(stats, {});
  auto samples = Samples(page);
  uint64_t buckets = 0;
  for (const auto& [name, value] : samples) buckets += name.starts_with("kagimori_request_duration_seconds_bucket");
  EXPECT_EQ(buckets, kLatencyBounds.size() + 1);
  EXPECT_EQ(samples[R"(kagimori_request_duration_seconds_bucket{service="kms",operation="Encrypt",le="0.001"})"], "6");
}

TEST(Metrics, WithoutACertificateThereIsNoExpiry) {
  EXPECT_FALSE(Samples(RenderMetrics({}, {})).contains("kagimori_certificate_expiry_timestamp_seconds"));
}

}  // namespace
}  // namespace kagimori::gateway
