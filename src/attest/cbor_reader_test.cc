#include "attest/cbor_reader.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>

#include "attest/testing/test_document.h"

namespace kagimori::attest {
namespace {

Bytes Hex(std::string_view text) { return HexDecode(text).value(); }

template <class T>
bool IsInvalid(const Result<T>& result) {
  return !result && result.error().kind == ErrorKind::kInvalid;
}

// The examples of RFC 8949, appendix A.
TEST(CborReader, Integers) {
  const auto unsigned_of = [](std::string_view hex) { return CborReader(Hex(hex)).Unsigned().value(); };
  EXPECT_EQ(unsigned_of("00"), 0u);
  EXPECT_EQ(unsigned_of("17"), 23u);
  EXPECT_EQ(unsigned_of("1818"), 24u);
  EXPECT_EQ(unsigned_of("1903e8"), 1000u);
  EXPECT_EQ(unsigned_of("1a000f4240"), 1'000'000u);
  EXPECT_EQ(unsigned_of("1bffffffffffffffff"), std::numeric_limits<uint64_t>::max());
  EXPECT_EQ(unsigned_of("1b0000000000000001"), 1u) << "in more bytes than it needs";
  const auto integer_of = [](std::string_view hex) { return CborReader(Hex(hex)).Integer().value(); };
  EXPECT_EQ(integer_of("17"), 23);
  EXPECT_EQ(integer_of("20"), -1);
  EXPECT_EQ(integer_of("3822"), -35);
  EXPECT_EQ(integer_of("3903e7"), -1000);
  EXPECT_EQ(integer_of("3a000f423f"), -1'000'000);
  EXPECT_EQ(integer_of("3b7fffffffffffffff"), std::numeric_limits<int64_t>::min());
  EXPECT_TRUE(IsInvalid(CborReader(Hex("3b8000000000000000")).Integer()));
  EXPECT_TRUE(IsInvalid(CborReader(Hex("1b8000000000000000")).Integer()));
  EXPECT_TRUE(IsInvalid(CborReader(Hex("20")).Unsigned()));
}

TEST(CborReader, EveryOtherTypeIsRefused) {
  // null, false, undefined, half, single, double, simple(255), an integer, a byte string, a text, an array, a map, a
  // tag
  for (std::string_view hex : {"f6", "f4", "f7", "f93c00", "fa47c35000", "fb3ff199999999999a", "f8ff", "01", "4101",
                               "6161", "80", "a0", "c101", "5f4101ff", "7f6161ff", "9fff", "bfff", "ff"}) {
    const Bytes item = Hex(hex);
    const bool is_integer = hex == "01", is_bytes = hex == "4101" || hex == "5f4101ff";
    const bool is_text = hex == "6161" || hex == "7f6161ff", is_null = hex == "f6";
    EXPECT_EQ(IsInvalid(CborReader(item).Unsigned()), !is_integer) << hex;
    EXPECT_EQ(IsInvalid(CborReader(item).Integer()), !is_integer) << hex;
    EXPECT_EQ(IsInvalid(CborReader(item).ByteString(0, 10)), !is_bytes) << hex;
    EXPECT_EQ(IsInvalid(CborReader(item).ByteStringOrNull(0, 10)), !is_bytes && !is_null) << hex;
    EXPECT_EQ(IsInvalid(CborReader(item).TextString(0, 10)), !is_text) << hex;
    EXPECT_EQ(IsInvalid(CborReader(item).OpenArray()), hex != "80" && hex != "9fff") << hex;
    EXPECT_EQ(IsInvalid(CborReader(item).OpenMap()), hex != "a0" && hex != "bfff") << hex;
  }
}

TEST(CborReader, StringsKeepTheirBounds) {
  for (const Bytes& item : {Cbor::String(AsBytes("four")), Cbor::ChunkedString(AsBytes("four"))}) {
    EXPECT_EQ(CborReader(item).ByteString(4, 4).value(), (Bytes{'f', 'o', 'u', 'r'}));
    EXPECT_TRUE(IsInvalid(CborReader(item).ByteString(0, 3)));
    EXPECT_TRUE(IsInvalid(CborReader(item).ByteString(5, 10)));
  }
  EXPECT_EQ(CborReader(Hex("7f657374726561646d696e67ff")).TextString(1, 9).value(), "streaming");
  EXPECT_EQ(CborReader(Hex("40")).ByteString(0, 0).value(), Bytes());
  EXPECT_EQ(CborReader(Hex("5fff")).ByteString(0, 0).value(), Bytes());
  EXPECT_EQ(CborReader(Hex("f6")).ByteStringOrNull(0, 9).value(), std::nullopt);
  EXPECT_EQ(CborReader(Hex("40")).ByteStringOrNull(0, 9).value(), Bytes());
}

// RFC 8949 section 3.2.3: pieces are of the string's own type and definite.
TEST(CborReader, PiecesOfStrings) {
  for (std::string_view hex : {"5f6161ff", "5f01ff", "5f5f4101ffff", "5ff6ff", "5f4101", "5f", "5f41ff"}) {
    EXPECT_TRUE(IsInvalid(CborReader(Hex(hex)).ByteString(0, 10))) << hex;
  }
  EXPECT_TRUE(IsInvalid(CborReader(Hex("7f4161ff")).TextString(0, 10)));
}

// Had it been allocated, the test would not have lived to tell.
TEST(CborReader, ClaimedLengthsAreNotBelieved) {
  for (std::string_view hex : {"5b8000000000000000", "5bffffffffffffffff", "5b7fffffffffffffff00", "5affffffff0000"}) {
    EXPECT_TRUE(IsInvalid(CborReader(Hex(hex)).ByteString(0, std::numeric_limits<size_t>::max()))) << hex;
  }
  EXPECT_TRUE(IsInvalid(CborReader(Hex("7bffffffffffffffff")).TextString(0, 16)));
  for (std::string_view hex : {"9bffffffffffffffff01", "9b800000000000000001"}) {
    const Bytes item = Hex(hex);
    CborReader reader(item);
    auto array = reader.OpenArray();
    ASSERT_TRUE(array);
    EXPECT_TRUE(reader.More(&*array).value());
    EXPECT_EQ(reader.Unsigned().value(), 1u);
    EXPECT_TRUE(reader.More(&*array).value());
    EXPECT_TRUE(IsInvalid(reader.Unsigned()));
  }
}

TEST(CborReader, ArraysAndMaps) {
  for (const Bytes& item : {Cbor::Array({Cbor::Unsigned(7), Cbor::Unsigned(8)}),
                            Cbor::IndefiniteArray({Cbor::Unsigned(7), Cbor::Unsigned(8)}),
                            Cbor::Map({{Cbor::Unsigned(7), Cbor::Unsigned(8)}}),
                            Cbor::IndefiniteMap({{Cbor::Unsigned(7), Cbor::Unsigned(8)}})}) {
    CborReader reader(item);
    const bool is_map = item[0] >> 5 == 5;
    auto sequence = is_map ? reader.OpenMap() : reader.OpenArray();
    ASSERT_TRUE(sequence);
    EXPECT_TRUE(reader.More(&*sequence).value());
    EXPECT_EQ(reader.Unsigned().value(), 7u);
    if (!is_map) {
      EXPECT_TRUE(reader.More(&*sequence).value());
    }
    EXPECT_EQ(reader.Unsigned().value(), 8u);
    EXPECT_FALSE(reader.More(&*sequence).value());
    EXPECT_TRUE(reader.AtEnd());
  }
  const Bytes begun = Hex("9f");
  CborReader endless(begun);
  auto array = endless.OpenArray();
  ASSERT_TRUE(array);
  EXPECT_TRUE(IsInvalid(endless.More(&*array)));
}

// RFC 8949 section 3: additional information 28 to 30 is reserved.
TEST(CborReader, ReservedHeadsAreRefused) {
  for (int major = 0; major < 8; ++major) {
    for (int reserved = 28; reserved < 31; ++reserved) {
      const Bytes item = {static_cast<uint8_t>(major << 5 | reserved), 0, 0, 0, 0, 0, 0, 0, 0};
      EXPECT_TRUE(IsInvalid(CborReader(item).Integer()));
      EXPECT_TRUE(IsInvalid(CborReader(item).ByteStringOrNull(0, 10)));
      EXPECT_TRUE(IsInvalid(CborReader(item).OpenArray()));
    }
  }
}

TEST(CborReader, TagsArePassedOver) {
  const Bytes item = Hex("d2d201");  // 18(18(1))
  CborReader reader(item);
  reader.SkipTag(17);
  reader.SkipTag(18);
  EXPECT_TRUE(IsInvalid(CborReader(reader).Unsigned())) << "one tag alone";
  reader.SkipTag(18);
  reader.SkipTag(18);
  EXPECT_EQ(reader.Unsigned().value(), 1u);
  reader.SkipTag(18);
  EXPECT_TRUE(reader.AtEnd());
}

}  // namespace
}  // namespace kagimori::attest
