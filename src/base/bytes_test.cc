#include "base/bytes.h"

#include <gtest/gtest.h>

namespace kagimori {
namespace {

Bytes AllBytes() {
  Bytes all;
  for (int i = 0; i < 256; ++i) all.push_back(static_cast<uint8_t>(i));
  return all;
}

TEST(Hex, RoundTrips) {
  EXPECT_EQ(HexEncode({}), "");
  EXPECT_EQ(HexEncode(Bytes{0x00, 0x0F, 0xF0, 0xFF}), "000ff0ff");
  EXPECT_EQ(HexDecode(HexEncode(AllBytes())), AllBytes());
  EXPECT_EQ(HexDecode("aBcDeF"), (Bytes{0xAB, 0xCD, 0xEF}));
  std::string out = "x";
  AppendHex(Bytes{0x12}, &out);
  EXPECT_EQ(out, "x12");
}

TEST(Hex, AppendsToWhatIsThereHoweverLong) {
  for (size_t before = 0; before < 70; ++before) {
    for (size_t size = 0; size < 40; ++size) {
      std::string out(before, '-');
      AppendHex(Bytes(size, 0xA5), &out);
      std::string wanted(before, '-');
      for (size_t i = 0; i < size; ++i) wanted += "a5";
      EXPECT_EQ(out, wanted);
    }
  }
}

TEST(Hex, EveryOtherCharacterIsRefused) {
  for (int c = 0; c < 256; ++c) {
    bool digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    EXPECT_EQ(HexDecode(std::string{static_cast<char>(c), '0'}).has_value(), digit) << c;
    EXPECT_EQ(HexDecode(std::string{'0', static_cast<char>(c)}).has_value(), digit) << c;
  }
  EXPECT_FALSE(HexDecode("0"));
  EXPECT_FALSE(HexDecode("000"));
}

TEST(Hex, DecodesExactlyItsSize) {
  ByteArray<2> out{};
  EXPECT_TRUE(HexDecodeTo("0102", out));
  EXPECT_EQ(out, (ByteArray<2>{1, 2}));
  for (std::string_view text : {"", "01", "010", "01020", "010203", "01 2"})
    EXPECT_FALSE(HexDecodeTo(text, out)) << text;
}

// RFC 4648 section 10.
TEST(Base64, TestVectors) {
  const std::pair<std::string_view, std::string_view> vectors[] = {{"", ""},
                                                                   {"f", "Zg=="},
                                                                   {"fo", "Zm8="},
                                                                   {"foo", "Zm9v"},
                                                                   {"foob", "Zm9vYg=="},
                                                                   {"fooba", "Zm9vYmE="},
                                                                   {"foobar", "Zm9vYmFy"}};
  for (auto [plain, encoded] : vectors) {
    EXPECT_EQ(Base64Encode(AsBytes(plain)), encoded);
    auto decoded = Base64Decode(encoded);
    ASSERT_TRUE(decoded) << encoded;
    EXPECT_EQ(AsText(*decoded), plain);
  }
  EXPECT_EQ(Base64Decode(Base64Encode(AllBytes())), AllBytes());
}

TEST(Base64, OneFormForEachValue) {
  for (std::string_view text :
       {"Zg",       "Zg=",  "Zg===", "Zh==", "Zm9=",   "Zm8",   "=",    "==",   "===",  "====",  "Z===",
        "Zg==Zg==", "Zm=v", "Z=9v",  "=m9v", "Zm9v\n", " Zm9v", "Zm 9", "Zm9-", "Zm9_", "Zm9v=", "Zg=v"}) {
    EXPECT_FALSE(Base64Decode(text)) << text;
  }
  EXPECT_FALSE(Base64Decode(std::string_view("Zm9\0", 4)));
  EXPECT_FALSE(Base64Decode("Zm9\xC3"));
}

TEST(BigEndian, Integers) {
  Bytes out;
  AppendBe16(0x0102, &out);
  AppendBe32(0x03040506, &out);
  AppendBe64(0x0708090A0B0C0D0E, &out);
  EXPECT_EQ(HexEncode(out), "0102030405060708090a0b0c0d0e");
  EXPECT_EQ(ReadBe({}), 0u);
  EXPECT_EQ(ReadBe(Bytes{0xFF}), 255u);
  EXPECT_EQ(ReadBe(Bytes(8, 0xFF)), UINT64_MAX);
}

}  // namespace
}  // namespace kagimori
