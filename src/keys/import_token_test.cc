#include "keys/import_token.h"

#include <gtest/gtest.h>

#include "keys/testing/test_keys.h"
#include "secret/testing/secret_testing.h"

namespace kagimori::keys {
namespace {

using shapes::AlgorithmSpec;
using shapes::WrappingKeySpec;

class ImportTokenTest : public testing::Test {
 protected:
  ImportToken Token() {
    return {.key = TestName(),
            .algorithm = AlgorithmSpec::kRsaAesKeyWrapSha256,
            .wrapping_key = WrappingKeySpec::kRsa3072,
            .valid_to = kTestNow,
            .private_key = secret::SecretBytes::CopyOf(Bytes(2400, 5))};
  }
  seal::TestStore test;
};

TEST_F(ImportTokenTest, RoundTrips) {
  const Bytes sealed = SealImportToken(*test.hierarchy, Token());
  EXPECT_LE(sealed.size(), 6144u) << "AWS's limit of a token";
  const ImportToken back = OpenImportToken(*test.hierarchy, TestName(), sealed).value();
  EXPECT_EQ(back.key, TestName());
  EXPECT_EQ(back.algorithm, AlgorithmSpec::kRsaAesKeyWrapSha256);
  EXPECT_EQ(back.wrapping_key, WrappingKeySpec::kRsa3072);
  EXPECT_EQ(back.valid_to, kTestNow);
  EXPECT_EQ(secret::SecretTesting::BytesOf(back.private_key), Bytes(2400, 5));
  EXPECT_NE(SealImportToken(*test.hierarchy, Token()), sealed);
}

TEST_F(ImportTokenTest, IsOfItsKeyAlone) {
  const Bytes sealed = SealImportToken(*test.hierarchy, Token());
  KeyName elsewhere = TestName();
  elsewhere.region = *Region::Parse("us-west-2");
  for (const KeyName& other : {TestName(2), TestName(1, kOtherAccount), elsewhere}) {
    const auto opened = OpenImportToken(*test.hierarchy, other, sealed);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().kind, ErrorKind::kInvalid);
  }
  seal::TestStore another;
  EXPECT_FALSE(OpenImportToken(*another.hierarchy, TestName(), sealed));
}

TEST_F(ImportTokenTest, EveryChangedBitIsNoticed) {
  const Bytes sealed = SealImportToken(*test.hierarchy, Token());
  for (size_t at = 0; at < sealed.size(); at += at < 120 ? 1 : 37) {
    Bytes changed = sealed;
    changed[at] ^= 1;
    EXPECT_FALSE(OpenImportToken(*test.hierarchy, TestName(), changed)) << at;
  }
  for (size_t size : {size_t{0}, size_t{1}, size_t{12}, size_t{41}, size_t{42}, size_t{90}, sealed.size() - 1}) {
    EXPECT_FALSE(OpenImportToken(*test.hierarchy, TestName(), ByteView(sealed).first(size))) << size;
  }
  Bytes longer = sealed;
  longer.push_back(0);
  EXPECT_FALSE(OpenImportToken(*test.hierarchy, TestName(), longer));
}

TEST(MayWrap, AsTheReferenceHasIt) {
  using enum AlgorithmSpec;
  using Spec = KeySpec;
  const auto rsa = WrappingKeySpec::kRsa2048;
  const auto sm2 = WrappingKeySpec::kSm2;
  for (Spec raw : {Spec::kSymmetricDefault, Spec::kHmac224, Spec::kHmac512}) {
    EXPECT_TRUE(MayWrap(raw, kRsaesOaepSha1, rsa));
    EXPECT_TRUE(MayWrap(raw, kRsaesOaepSha256, rsa));
    EXPECT_FALSE(MayWrap(raw, kRsaAesKeyWrapSha256, rsa));
    EXPECT_FALSE(MayWrap(raw, kSm2Pke, sm2));
  }
  EXPECT_FALSE(MayWrap(Spec::kRsa2048, kRsaesOaepSha256, rsa));
  EXPECT_TRUE(MayWrap(Spec::kRsa2048, kRsaAesKeyWrapSha1, rsa));
  EXPECT_TRUE(MayWrap(Spec::kRsa2048, kSm2Pke, sm2));
  EXPECT_TRUE(MayWrap(Spec::kEccNistP384, kRsaesOaepSha1, rsa));
  EXPECT_TRUE(MayWrap(Spec::kEccNistEdwards25519, kRsaAesKeyWrapSha256, rsa));
  EXPECT_FALSE(MayWrap(Spec::kEccNistP521, kRsaesOaepSha256, rsa));
  EXPECT_TRUE(MayWrap(Spec::kEccNistP521, kRsaesOaepSha256, WrappingKeySpec::kRsa3072));
  EXPECT_TRUE(MayWrap(Spec::kEccNistP521, kRsaAesKeyWrapSha256, rsa));
  EXPECT_FALSE(MayWrap(Spec::kSm2, kRsaAesKeyWrapSha256, rsa));
  EXPECT_TRUE(MayWrap(Spec::kSm2, kSm2Pke, sm2));
  EXPECT_FALSE(MayWrap(Spec::kSm2, kSm2Pke, rsa));
  EXPECT_FALSE(MayWrap(Spec::kSymmetricDefault, kRsaesOaepSha256, sm2));
  EXPECT_FALSE(MayWrap(Spec::kSymmetricDefault, kRsaesPkcs1V15, rsa));
}

}  // namespace
}  // namespace kagimori::keys
