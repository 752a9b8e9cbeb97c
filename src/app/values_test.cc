#include "app/values.h"

#include <gtest/gtest.h>

#include <string>

namespace kagimori::app {
namespace {

using std::chrono::milliseconds;

TEST(Duration, WholeNumbersWithAUnit) {
  EXPECT_EQ(ParseDuration("90s"), milliseconds(90'000));
  EXPECT_EQ(ParseDuration("15m"), milliseconds(900'000));
  EXPECT_EQ(ParseDuration("36h"), milliseconds(129'600'000));
  EXPECT_EQ(ParseDuration("31d"), milliseconds(2'678'400'000));
  EXPECT_EQ(ParseDuration("36525d"), kLongestDuration);
}

TEST(Duration, AnythingElseIsRefused) {
  for (const char* text : {"", "s", "5", "0s", "-5s", "+5s", " 5s", "5 s", "5S", "1.5h", "1h30m", "5w", "36526d",
                           "9223372036854775807d", "99999999999999999999s", "0x10s"}) {
    EXPECT_FALSE(ParseDuration(text)) << text;
  }
}

TEST(ListenAddress, SaysWhoCanReachIt) {
  struct Case {
    const char* text;
    const char* host;
    uint16_t port;
    bool loopback;
  };
  for (const Case& c :
       {Case{"127.0.0.1:4599", "127.0.0.1", 4599, true}, Case{"localhost:0", "127.0.0.1", 0, true},
        Case{"127.255.0.9:1", "127.255.0.9", 1, true}, Case{"[::1]:4599", "::1", 4599, true},
        Case{"0.0.0.0:443", "0.0.0.0", 443, false}, Case{"[::]:443", "::", 443, false},
        Case{"128.0.0.1:1", "128.0.0.1", 1, false}, Case{"[::ffff:127.0.0.1]:1", "::ffff:127.0.0.1", 1, true},
        Case{"[::ffff:10.0.0.1]:1", "::ffff:10.0.0.1", 1, false}}) {
    auto address = ParseListenAddress(c.text);
    ASSERT_TRUE(address) << c.text;
    EXPECT_EQ(address->host, c.host);
    EXPECT_EQ(address->port, c.port);
    EXPECT_EQ(address->loopback, c.loopback) << c.text;
  }
}

TEST(ListenAddress, NamesAndHalvesAreRefused) {
  for (const std::string& text :
       {std::string("example.com:1"), std::string("127.0.0.1"), std::string("127.0.0.1:"), std::string(":4599"),
        std::string("127.0.0.1:65536"), std::string("127.0.0.1:-1"), std::string("127.1:80"), std::string("::1:4599"),
        std::string("[127.0.0.1]:80"), std::string("[]:80"), std::string("127.0.0.1\0x:80", 14), std::string("")}) {
    EXPECT_FALSE(ParseListenAddress(text)) << text;
  }
}

TEST(Anchor, RecordAndLink) {
  const std::string link(64, 'a');
  auto anchor = ParseAnchor("17:" + link);
  ASSERT_TRUE(anchor);
  EXPECT_EQ(anchor->sequence, 17u);
  EXPECT_EQ(anchor->link[31], 0xAA);
  for (const char* text : {"17", ":", "17:", "-1:", "x:"}) EXPECT_FALSE(ParseAnchor(text)) << text;
  EXPECT_FALSE(ParseAnchor("x:" + link));
  EXPECT_FALSE(ParseAnchor("17:" + link + "aa"));
  EXPECT_FALSE(ParseAnchor("17:" + std::string(63, 'a') + "g"));
}

TEST(ValuesTest, ShareCounts) {
  const auto counts = ParseShareCounts("3-of-5").value();
  EXPECT_EQ(counts.threshold, 3);
  EXPECT_EQ(counts.count, 5);
  EXPECT_TRUE(ParseShareCounts("2-of-2"));
  EXPECT_TRUE(ParseShareCounts("16-of-16"));
  for (const char* bad :
       {"", "3", "3-of-", "-of-5", "1-of-3", "6-of-5", "3-of-17", "3-of-5 ", "3of5", "-2-of-3", "3-OF-5"}) {
    EXPECT_EQ(ParseShareCounts(bad).error().kind, ErrorKind::kInvalid) << bad;
  }
}

}  // namespace
}  // namespace kagimori::app
