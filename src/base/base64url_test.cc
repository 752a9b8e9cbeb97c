#include "base/base64url.h"

#include <gtest/gtest.h>

namespace kagimori {
namespace {

TEST(Base64Url, GoesThereAndBack) {
  const Bytes all = {0xFB, 0xEF, 0xFF, 0x00, 0x01};
  for (size_t size = 0; size <= all.size(); ++size) {
    const Bytes bytes(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_EQ(Base64UrlDecode(Base64UrlEncode(bytes)), bytes);
  }
  EXPECT_EQ(Base64UrlEncode(all), "--__AAE");
}

TEST(Base64Url, OneTextForOneValue) {
  // Padding, the other alphabet, a length that no bytes have, stray bits, white space.
  for (std::string_view bad : {"AA==", "AAA=", "++//", "A", "AAAAA", "AB", "AAB", "A A", "AAAA\n", "===="}) {
    EXPECT_FALSE(Base64UrlDecode(bad)) << bad;
  }
}

}  // namespace
}  // namespace kagimori
