#include "policy/values.h"

#include <gtest/gtest.h>

#include <string>

namespace kagimori::policy {
namespace {

constexpr Decimal kSecond = 1'000'000'000;

TEST(Values, Decimals) {
  EXPECT_EQ(ParseDecimal("0"), Decimal{0});
  EXPECT_EQ(ParseDecimal("-12"), -12 * kSecond);
  EXPECT_EQ(ParseDecimal("+7"), 7 * kSecond);
  EXPECT_EQ(ParseDecimal("007.50"), 15 * kSecond / 2);
  EXPECT_EQ(ParseDecimal(".5"), kSecond / 2);
  EXPECT_EQ(ParseDecimal("-.000000001"), Decimal{-1});
  EXPECT_EQ(ParseDecimal("999999999999999999.999999999"), Decimal{1'000'000'000'000'000'000} * kSecond - 1);
  // Doubles would call these equal.
  EXPECT_NE(ParseDecimal("9007199254740993"), ParseDecimal("9007199254740992"));
  for (const char* text : {"", "-", ".", "1.", "1e3", "0x1", " 1", "1 ", "1.2.3", "--1", "1000000000000000000",
                           "0.1234567891", "NaN", "\xD9\xA1"}) {
    EXPECT_FALSE(ParseDecimal(text)) << text;
  }
}

TEST(Values, Dates) {
  EXPECT_EQ(ParseDate("1970-01-01"), Decimal{0});
  EXPECT_EQ(ParseDate("2024-01-01T00:00:00Z"), 1704067200 * kSecond);
  EXPECT_EQ(ParseDate("1704067200"), 1704067200 * kSecond);
  EXPECT_EQ(ParseDate("1546257599.0"), 1546257599 * kSecond);
  EXPECT_EQ(ParseDate("2024-01-01T02:00:00+02:00"), 1704067200 * kSecond);
  EXPECT_EQ(ParseDate("2023-12-31T19:30:00-04:30"), 1704067200 * kSecond);
  EXPECT_EQ(ParseDate("2024-01-01t00:00:00.25z"), 1704067200 * kSecond + kSecond / 4);
  EXPECT_EQ(ParseDate("2024-02"), ParseDate("2024-02-01"));
  EXPECT_EQ(ParseDate("2024-02-01T"), ParseDate("2024-02-01"));
  EXPECT_EQ(ParseDate("2024-02-01T5"), ParseDate("2024-02-01T05:00:00Z"));
  EXPECT_EQ(ParseDate("2000-02-29"), 951782400 * kSecond);
  // A year alone is a number of seconds.
  EXPECT_EQ(ParseDate("2024"), 2024 * kSecond);
  EXPECT_LT(*ParseDate("-292275054"), *ParseDate("0001-01-01"));
  EXPECT_GT(*ParseDate("292278993-12-31"), *ParseDate("9999-12-31"));
  EXPECT_EQ(*ParseDate("2400-01-01") - *ParseDate("2000-01-01"), Decimal{146097} * 86400 * kSecond);
  EXPECT_EQ(*ParseDate("0000-01-01") - *ParseDate("-400-01-01"), Decimal{146097} * 86400 * kSecond);
  for (const char* text :
       {"", "soon", "2024-13-01", "2024-00-01", "2023-02-29", "2024-01-32", "2024-01-01T24:00:00Z",
        "2024-01-01T00:60:00Z", "2024-01-01T00:00:60Z", "2024-01-01T00:00:00Zx", "2024-01-01T00:00:00+1",
        "2024-01-01T00:00:00.Z", "2024-01-01 00:00:00", "2024--01", "-", "T", "292278994-01-01"}) {
    EXPECT_FALSE(ParseDate(text)) << text;
  }
}

TEST(Values, Booleans) {
  EXPECT_EQ(ParseBool("true"), true);
  EXPECT_EQ(ParseBool("False"), false);
  EXPECT_FALSE(ParseBool("1"));
  EXPECT_FALSE(ParseBool(""));
}

bool Contains(const std::string& range, const std::string& address) {
  const auto parsed = ParseIpRange(range);
  const auto ip = ParseIp(address);
  EXPECT_TRUE(parsed) << range;
  EXPECT_TRUE(ip) << address;
  return parsed && ip && parsed->Contains(*ip);
}

TEST(Values, RangesOfAddresses) {
  EXPECT_TRUE(Contains("203.0.113.0/24", "203.0.113.255"));
  EXPECT_FALSE(Contains("203.0.113.0/24", "203.0.114.0"));
  EXPECT_TRUE(Contains("203.0.113.7/24", "203.0.113.1")) << "bits behind the prefix do not matter";
  EXPECT_TRUE(Contains("192.168.3.4/31", "192.168.3.5"));
  EXPECT_FALSE(Contains("192.168.3.4/31", "192.168.3.6"));
  EXPECT_TRUE(Contains("10.1.2.3", "10.1.2.3"));
  EXPECT_FALSE(Contains("10.1.2.3", "10.1.2.4"));
  EXPECT_TRUE(Contains("0.0.0.0/0", "255.255.255.255"));
  EXPECT_TRUE(Contains("2001:db8::/33", "2001:db8:7fff::1"));
  EXPECT_FALSE(Contains("2001:db8::/33", "2001:db8:8000::1"));
  EXPECT_TRUE(Contains("2001:DB8::1", "2001:db8:0:0::1"));
  EXPECT_FALSE(Contains("::/0", "10.0.0.1")) << "neither family is within the other";
  EXPECT_FALSE(Contains("0.0.0.0/0", "::1"));
}

TEST(Values, AnAddressOfIpv4InIpv6ClothesIsOneOfIpv4) {
  EXPECT_TRUE(Contains("10.0.0.0/8", "::ffff:10.1.2.3"));
  EXPECT_TRUE(Contains("::ffff:10.0.0.0/104", "10.1.2.3"));
  EXPECT_FALSE(Contains("::ffff:10.0.0.0/104", "11.1.2.3"));
}

TEST(Values, NoRanges) {
  for (const char* text :
       {"", "10.0.0", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/8/8", "10.0.0.0/ 8",
        "10.0.0.256", "010.0.0.1", "::/129", "::ffff:10.0.0.0/95", "fe80::1%eth0", "10.0.0.0/a"}) {
    EXPECT_FALSE(ParseIpRange(text)) << text;
  }
}

}  // namespace
}  // namespace kagimori::policy
