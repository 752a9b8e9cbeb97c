#include "seal/path.h"

#include <gtest/gtest.h>

namespace kagimori::seal {
namespace {

using namespace std::string_literals;

TEST(PathTest, IsBigEndianOfFixedWidths) {
  KeyId id = *KeyId::Parse("01234567-89ab-cdef-0123-456789abcdef");
  std::string path = Path(RecordType::kKey)
                         .Account(AccountId::FromNumber(111122223333))
                         .InRegion(*Region::Parse("us-east-1"))
                         .Key(id)
                         .text();
  ASSERT_EQ(path.size(), 1u + 6 + 2 + 1 + 16);
  EXPECT_EQ(HexEncode(AsBytes(path.substr(0, 7))), "200019df6690e5");
  EXPECT_EQ(path[9], '\x01');
  EXPECT_EQ(HexEncode(AsBytes(path.substr(10))), "0123456789abcdef0123456789abcdef");
}

TEST(PathTest, OrderIsTheNumbersOrder) {
  EXPECT_LT(Path(RecordType::kDue).Time(255).text(), Path(RecordType::kDue).Time(256).text());
  EXPECT_LT(Path(RecordType::kAccount).Account(AccountId::FromNumber(9)).text(),
            Path(RecordType::kAccount).Account(AccountId::FromNumber(999'999'999'999)).text());
}

TEST(PathTest, PrefixEndIsTheFirstPathBehind) {
  EXPECT_EQ(PrefixEnd("a"), "b");
  EXPECT_EQ(PrefixEnd("a\xFF\xFF"), "b");
  EXPECT_EQ(PrefixEnd("\x7F"), "\x80");
  EXPECT_EQ(PrefixEnd("\xFF\xFF"), "");
  EXPECT_EQ(PrefixEnd(""), "");
  EXPECT_EQ(PrefixEnd("\x10\x00"s), "\x10\x01"s);
}

}  // namespace
}  // namespace kagimori::seal
