#include "gateway/security_log.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "base/log.h"

namespace kagimori::gateway {
namespace {

std::string Flushed(SecurityLog& log) {
  testing::internal::CaptureStderr();
  log.Flush(/*quiet=*/false);
  return testing::internal::GetCapturedStderr();
}

struct SecurityLogTest : testing::Test {
  SecurityLogTest() { log::Configure(log::Format::kJson, log::Level::kInfo); }
  SecurityLog log;
};

TEST_F(SecurityLogTest, ManyRequestsAreOneLine) {
  for (int i = 0; i < 100'000; ++i) log.Count("InvalidSignatureException", i == 0 ? "192.0.2.1" : "192.0.2.2");
  std::string lines = Flushed(log);
  EXPECT_EQ(std::ranges::count(lines, '\n'), 1) << lines;
  EXPECT_NE(lines.find("\"code\":\"InvalidSignatureException\",\"count\":\"100000\",\"example_peer\":\"192.0.2.1\""),
            lines.npos)
      << lines;
}

TEST_F(SecurityLogTest, NothingHappenedNothingIsSaid) { EXPECT_EQ(Flushed(log), ""); }

TEST_F(SecurityLogTest, TheNextSummaryComesAfterTheInterval) {
  log.Count("A", "x");
  EXPECT_NE(Flushed(log), "");
  log.Count("A", "x");
  EXPECT_EQ(Flushed(log), "") << "within ten seconds of the last one";
}

TEST_F(SecurityLogTest, AFullDiskHoldsTheSummaryBack) {
  for (int i = 0; i < 5; ++i) log.Count("A", "x");
  testing::internal::CaptureStderr();
  log.Flush(/*quiet=*/true);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  log.Count("A", "x");
  EXPECT_NE(Flushed(log).find("\"count\":\"6\""), std::string::npos);
}

TEST_F(SecurityLogTest, CodesAreBoundedAndNoneIsLost) {
  const std::string codes = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  for (size_t i = 0; i < codes.size(); ++i) log.Count(std::string_view(codes).substr(i, 1), "peer\nwith a break");
  std::string lines = Flushed(log);
  EXPECT_EQ(std::ranges::count(lines, '\n'), 16) << lines;
  EXPECT_NE(lines.find("\"code\":\"P\",\"count\":\"11\""), lines.npos) << lines;
}

}  // namespace
}  // namespace kagimori::gateway
