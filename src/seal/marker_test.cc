#include <gtest/gtest.h>

#include <stdexcept>

#include "seal/sealed_record.h"
#include "seal/testing/test_store.h"

namespace kagimori::seal {
namespace {

const AccountId kAccount = AccountId::FromNumber(111122223333);

class MarkerTest : public ::testing::Test {
 protected:
  void ExpectRefused(AccountId account, std::string_view binding, std::string_view marker) {
    auto opened = OpenMarker(*store_.hierarchy, account, binding, marker);
    ASSERT_FALSE(opened) << marker;
    EXPECT_EQ(opened.error().kind, ErrorKind::kInvalid);
  }
  TestStore store_;
};

TEST_F(MarkerTest, ComesBack) {
  for (size_t size : {size_t{0}, size_t{1}, size_t{2}, size_t{3}, kMaxMarkerValue}) {
    std::string value(size, '\xF0');
    std::string marker = SealMarker(*store_.hierarchy, kAccount, "ListKeys", value);
    EXPECT_LE(marker.size(), 1024u);
    EXPECT_EQ(marker.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
              std::string::npos);
    auto opened = OpenMarker(*store_.hierarchy, kAccount, "ListKeys", marker);
    ASSERT_TRUE(opened) << Describe(opened.error());
    EXPECT_EQ(*opened, value);
  }
  EXPECT_THROW(SealMarker(*store_.hierarchy, kAccount, "", std::string(kMaxMarkerValue + 1, 'x')), std::logic_error);
}

TEST_F(MarkerTest, IsGoodForNothingElse) {
  std::string marker = SealMarker(*store_.hierarchy, kAccount, "ListKeys", "position");
  ExpectRefused(AccountId::FromNumber(444455556666), "ListKeys", marker);
  ExpectRefused(kAccount, "ListAliases", marker);
  ExpectRefused(kAccount, "", marker);
  TestStore other;
  EXPECT_FALSE(OpenMarker(*other.hierarchy, kAccount, "ListKeys", marker));
}

TEST_F(MarkerTest, EveryOtherTextIsRefused) {
  const std::string marker = SealMarker(*store_.hierarchy, kAccount, "ListKeys", "position!");
  for (size_t at = 0; at < marker.size(); ++at) {
    for (char c : {'A', 'B', 'g', '_', '-', '+', '/', '=', ' ', '\0', '\xFF'}) {
      std::string changed = marker;
      if (changed[at] == c) continue;
      changed[at] = c;
      ExpectRefused(kAccount, "ListKeys", changed);
    }
    ExpectRefused(kAccount, "ListKeys", std::string_view(marker).substr(0, at));
  }
  ExpectRefused(kAccount, "ListKeys", marker + "=");
  ExpectRefused(kAccount, "ListKeys", marker + "A");
  ExpectRefused(kAccount, "ListKeys", std::string(5000, 'A'));
}

}  // namespace
}  // namespace kagimori::seal
