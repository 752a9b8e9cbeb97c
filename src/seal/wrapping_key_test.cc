#include "seal/wrapping_key.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "secret/compare.h"

namespace kagimori::seal {
namespace {

secret::SecretBytes Material() { return secret::SecretBytes::CopyOf(AsBytes("0123456789abcdef0123456789abcdef")); }

TEST(WrappingKey, ComesBackFromItsText) {
  const WrappingKey key = WrappingKey::New();
  const auto read = WrappingKey::Parse(key.Write());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->id(), key.id());
  const auto opened = read->Open("here", key.Seal("here", Material()));
  ASSERT_TRUE(opened);
  EXPECT_TRUE(secret::Equal(*opened, Material()));
}

TEST(WrappingKey, IsAnotherOneEveryTime) { EXPECT_NE(WrappingKey::New().id(), WrappingKey::New().id()); }

TEST(WrappingKey, RefusesWhatIsNoSuchText) {
  for (const char* text : {"", "W", "hello", "W0000-00000"}) {
    const auto read = WrappingKey::Parse(secret::SecretBytes::CopyOf(AsBytes(std::string_view(text))));
    EXPECT_FALSE(read) << text;
  }
}

TEST(WrappingKey, NamesTheOtherKey) {
  const WrappingKey one = WrappingKey::New();
  const WrappingKey other = WrappingKey::New();
  const auto opened = other.Open("here", one.Seal("here", Material()));
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, ErrorKind::kInvalid);
  EXPECT_THAT(opened.error().text, testing::HasSubstr(HexEncode(one.id())));
}

TEST(WrappingKey, OpensNothingThatWasTouched) {
  const WrappingKey key = WrappingKey::New();
  const Bytes sealed = key.Seal("here", Material());
  EXPECT_FALSE(key.Open("there", sealed));
  for (size_t i = 0; i < sealed.size(); ++i) {
    Bytes altered = sealed;
    altered[i] ^= 1;
    EXPECT_FALSE(key.Open("here", altered)) << i;
  }
  for (size_t size = 0; size < sealed.size(); ++size) {
    EXPECT_FALSE(key.Open("here", ByteView(sealed).first(size))) << size;
  }
}

TEST(WrappingKey, SealsTheSameAnewEveryTime) {
  const WrappingKey key = WrappingKey::New();
  EXPECT_NE(key.Seal("here", Material()), key.Seal("here", Material()));
}

}  // namespace
}  // namespace kagimori::seal
