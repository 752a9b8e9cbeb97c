#include "keys/ciphertext.h"

#include <gtest/gtest.h>

#include <limits>

#include "keys/testing/test_keys.h"

namespace kagimori::keys {
namespace {

Bytes Blob(size_t plaintext_size = 4) {
  CiphertextHeader header{
      .account = AccountId::FromNumber(123456789012), .key = {}, .material = TestMaterialId(0x22), .salt = {}};
  header.key = {.kind = KeyId::Kind::kMultiRegion, .bytes = {}};
  header.key.bytes.fill(0x11);
  header.salt.fill(0x33);
  Bytes blob;
  header.AppendTo(&blob);
  EXPECT_EQ(blob.size(), kCiphertextHeaderSize);
  blob.resize(kCiphertextOverhead + plaintext_size, 0x44);
  return blob;
}

TEST(Ciphertext, LayoutByteByByte) {
  Bytes blob = Blob();
  std::string expected = "01";       // version
  expected += "001cbe991a14";        // account 123456789012, big-endian
  expected += "02";                  // mrk-
  expected += std::string(32, '1');  // key id
  expected += std::string(64, '2');  // key material id
  expected += std::string(64, '3');  // salt
  EXPECT_EQ(HexEncode(ByteView(blob).first(88)), expected);
}

TEST(Ciphertext, ParseGivesBackWhatWasPutTogether) {
  Bytes blob = Blob();
  std::optional<CiphertextView> view = ParseCiphertext(blob);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->header.account.ToString(), "123456789012");
  EXPECT_EQ(view->header.key.ToString(), "mrk-11111111111111111111111111111111");
  EXPECT_EQ(view->header.material, TestMaterialId(0x22));
  EXPECT_EQ(view->header_bytes.data(), blob.data());
  EXPECT_EQ(view->header_bytes.size(), 88u);
  EXPECT_EQ(view->commitment.data(), blob.data() + 88);
  EXPECT_EQ(view->commitment.size(), 32u);
  EXPECT_EQ(view->sealed.data(), blob.data() + 120);
  EXPECT_EQ(view->sealed.size(), 4u + 16u);
}

TEST(Ciphertext, SizesHaveBounds) {
  EXPECT_FALSE(ParseCiphertext({}));
  for (size_t size = 0; size <= 136; ++size) EXPECT_FALSE(ParseCiphertext(ByteView(Blob()).first(size))) << size;
  EXPECT_TRUE(ParseCiphertext(Blob(1)));
  EXPECT_TRUE(ParseCiphertext(Blob(6144 - 136)));
  EXPECT_FALSE(ParseCiphertext(Blob(6145 - 136)));
}

TEST(Ciphertext, RefusesWhatItDoesNotKnow) {
  for (int version = 0; version < 256; ++version) {
    Bytes blob = Blob();
    blob[0] = static_cast<uint8_t>(version);
    EXPECT_EQ(ParseCiphertext(blob).has_value(), version == 1) << version;
  }
  for (int kind = 0; kind < 256; ++kind) {
    Bytes blob = Blob();
    blob[7] = static_cast<uint8_t>(kind);
    EXPECT_EQ(ParseCiphertext(blob).has_value(), kind == 1 || kind == 2) << kind;
  }
  auto with_account = [](uint64_t number) {
    Bytes blob = Blob();
    for (size_t i = 0; i < 6; ++i) blob[1 + i] = static_cast<uint8_t>(number >> (40 - 8 * i));
    return ParseCiphertext(blob).has_value();
  };
  EXPECT_TRUE(with_account(0));
  EXPECT_TRUE(with_account(999'999'999'999));
  EXPECT_FALSE(with_account(1'000'000'000'000));
  EXPECT_FALSE(with_account(0xFFFFFFFFFFFF));
}

}  // namespace
}  // namespace kagimori::keys
