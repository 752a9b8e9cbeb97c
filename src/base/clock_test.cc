#include "base/clock.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace kagimori {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

TEST(Timestamps, Formats) {
  EXPECT_EQ(FormatBasic({0}), "19700101T000000Z");
  EXPECT_EQ(FormatIso({1'735'787'045'999}), "2025-01-02T03:04:05Z");
  EXPECT_EQ(FormatBasic({1'709'164'800'000}), "20240229T000000Z");
  EXPECT_EQ(FormatIso({-1}), "1969-12-31T23:59:59Z");
  EXPECT_EQ(FormatIso({-86'400'000}), "1969-12-31T00:00:00Z");
  EXPECT_EQ(FormatIso({253'402'300'799'000}), "9999-12-31T23:59:59Z");
}

TEST(SystemClock, ServiceIsWallWithoutOffset) {
  SystemClock clock;
  Timestamp before = clock.Wall();
  Timestamp service = clock.Service();
  Timestamp after = clock.Wall();
  EXPECT_LE(before, service);
  EXPECT_LE(service, after);
}

TEST(SystemClock, NeverBehindTheHighWaterMark) {
  Timestamp mark = SystemClock().Wall() + hours(10);
  SystemClock clock(mark);
  EXPECT_EQ(clock.Service(), mark);
  EXPECT_LT(clock.Wall(), mark) << "the mark is nothing to signatures and TLS";
  clock.Advance(hours(9));
  EXPECT_EQ(clock.Service(), mark);
  clock.Advance(hours(2));
  EXPECT_GT(clock.Service(), mark);
}

TEST(SystemClock, TheOffsetMovesTheServiceAlone) {
  SystemClock clock({}, hours(1));
  EXPECT_EQ(clock.offset(), hours(1));
  clock.Advance(milliseconds(5));
  EXPECT_EQ(clock.offset(), hours(1) + milliseconds(5));
  EXPECT_GE(clock.Service(), clock.Wall() + hours(1) - milliseconds(1000));
}

TEST(SystemClock, NoThreadSeesTimeGoBack) {
  SystemClock clock;
  std::atomic<bool> went_back{false};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      Timestamp last{};
      for (int n = 0; n < 5000; ++n) {
        if (i == 0 && n % 100 == 0) clock.Advance(milliseconds(1));
        Timestamp now = clock.Service();
        if (now < last) went_back = true;
        last = now;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_FALSE(went_back);
}

TEST(ClockTest, ReadsWhatItWrites) {
  for (int64_t millis : {int64_t{0}, int64_t{1'735'787'045'000}, int64_t{253'402'300'799'000}}) {
    EXPECT_EQ(ParseIso(FormatIso({millis})), Timestamp{millis});
  }
  for (std::string_view bad : {"", "2025-01-02T03:04:05", "2025-01-02 03:04:05Z", "2025-02-29T00:00:00Z",
                               "2025-01-02T24:00:00Z", "1969-12-31T23:59:59Z", "2025-01-02T03:04:0xZ"}) {
    EXPECT_FALSE(ParseIso(bad)) << bad;
  }
}

}  // namespace
}  // namespace kagimori
