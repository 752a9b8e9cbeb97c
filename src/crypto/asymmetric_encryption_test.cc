#include "crypto/asymmetric_encryption.h"

#include <gtest/gtest.h>
#include <openssl/err.h>

#include <algorithm>
#include <vector>

#include "crypto/random.h"
#include "crypto/testing/key_pairs.h"
#include "crypto/testing/oaep_forgery.h"
#include "secret/compare.h"
#include "secret/testing/secret_testing.h"

namespace kagimori::crypto {
namespace {

using secret::SecretBytes;
using secret::SecretTesting;
using enum EncryptionScheme;

const PrivateKey& Rsa2048() {
  static const PrivateKey key = ParsedPair(KeyType::kRsa2048);
  return key;
}

// Everything that a caller could tell refusals apart by.
void ExpectTheOneRefusal(const Result<SecretBytes>& result) {
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::kAuthentication);
  EXPECT_EQ(result.error().text, "the ciphertext does not decrypt");
  EXPECT_EQ(ERR_peek_error(), 0u) << "left for the next to find";
}

void ExpectRoundTrip(const PrivateKey& key, EncryptionScheme scheme, size_t size, size_t ciphertext_size) {
  const SecretBytes plaintext = RandomSecret(size);
  const Result<Bytes> ciphertext = EncryptWith(key.public_key(), scheme, plaintext);
  ASSERT_TRUE(ciphertext) << size;
  EXPECT_EQ(ciphertext->size(), ciphertext_size);
  const Result<SecretBytes> decrypted = DecryptWith(key, scheme, *ciphertext);
  ASSERT_TRUE(decrypted) << size;
  EXPECT_TRUE(secret::Equal(*decrypted, plaintext)) << size;
  EXPECT_NE(*EncryptWith(key.public_key(), scheme, plaintext), *ciphertext) << "not randomised";
}

TEST(AsymmetricEncryption, SchemesFitTheirKeysAlone) {
  for (size_t i = 0; i < kKeyTypes; ++i) {
    const auto type = static_cast<KeyType>(i);
    EXPECT_EQ(Fits(type, kOaepSha1), i < 3) << i;
    EXPECT_EQ(Fits(type, kOaepSha256), i < 3) << i;
    EXPECT_EQ(Fits(type, kSm2), type == KeyType::kSm2) << i;
  }
}

TEST(AsymmetricEncryption, HoldsWhatTheModulusLeaves) {
  EXPECT_EQ(MaxPlaintextSize(KeyType::kRsa2048, kOaepSha1), 214u);
  EXPECT_EQ(MaxPlaintextSize(KeyType::kRsa2048, kOaepSha256), 190u);
  EXPECT_EQ(MaxPlaintextSize(KeyType::kRsa3072, kOaepSha1), 342u);
  EXPECT_EQ(MaxPlaintextSize(KeyType::kRsa3072, kOaepSha256), 318u);
  EXPECT_EQ(MaxPlaintextSize(KeyType::kRsa4096, kOaepSha1), 470u);
  EXPECT_EQ(MaxPlaintextSize(KeyType::kRsa4096, kOaepSha256), 446u);
  EXPECT_EQ(MaxPlaintextSize(KeyType::kSm2, kSm2), 1024u);
}

TEST(AsymmetricEncryption, RsaGoesThereAndBack) {
  for (const KeyType type : {KeyType::kRsa2048, KeyType::kRsa3072, KeyType::kRsa4096}) {
    const PrivateKey key = ParsedPair(type);
    const size_t modulus = static_cast<size_t>(TraitsOf(type).modulus_bits) / 8;
    for (const EncryptionScheme scheme : {kOaepSha1, kOaepSha256}) {
      for (const size_t size : {size_t{1}, size_t{32}, MaxPlaintextSize(type, scheme)})
        ExpectRoundTrip(key, scheme, size, modulus);
    }
  }
}

TEST(AsymmetricEncryption, WhatCallersMustNotAskIsInternal) {
  const PrivateKey sm2 = ParsedPair(KeyType::kSm2);
  auto kind = [](const auto& result) { return result ? ErrorKind::kInvalid : result.error().kind; };
  const PublicKey& rsa = Rsa2048().public_key();
  EXPECT_EQ(kind(EncryptWith(rsa, kOaepSha256, SecretBytes())), ErrorKind::kInternal);
  EXPECT_EQ(kind(EncryptWith(rsa, kOaepSha256, SecretBytes(191))), ErrorKind::kInternal);
  EXPECT_EQ(kind(EncryptWith(rsa, kOaepSha1, SecretBytes(215))), ErrorKind::kInternal);
  EXPECT_EQ(kind(EncryptWith(sm2.public_key(), kSm2, SecretBytes(1025))), ErrorKind::kInternal);
  EXPECT_EQ(kind(EncryptWith(sm2.public_key(), kSm2, SecretBytes())), ErrorKind::kInternal);
  EXPECT_EQ(kind(EncryptWith(rsa, kSm2, SecretBytes(1))), ErrorKind::kInternal);
  EXPECT_EQ(kind(DecryptWith(sm2, kOaepSha1, Bytes(256))), ErrorKind::kInternal);
  EXPECT_EQ(kind(DecryptWith(Rsa2048(), kSm2, Bytes(256))), ErrorKind::kInternal);
}

TEST(AsymmetricEncryption, EveryFlawOfThePaddingHasOneAnswer) {
  const Bytes message(32, 7);
  auto decrypted = [&](OaepFlaw flaw) {
    return DecryptWith(Rsa2048(), kOaepSha256, ForgeOaep(Rsa2048().public_key(), 256, flaw, message));
  };
  const Result<SecretBytes> valid = decrypted(OaepFlaw::kNone);
  ASSERT_TRUE(valid) << "the forgery itself is wrong";
  EXPECT_EQ(SecretTesting::BytesOf(*valid), message);
  for (const OaepFlaw flaw : {OaepFlaw::kFirstByte, OaepFlaw::kLabelHash, OaepFlaw::kSeparator})
    ExpectTheOneRefusal(decrypted(flaw));
}

// An empty message is a message; encrypting one is refused, but nobody keeps others from it.
TEST(AsymmetricEncryption, AnEmptyMessageOfOthersDecrypts) {
  const auto decrypted =
      DecryptWith(Rsa2048(), kOaepSha256, ForgeOaep(Rsa2048().public_key(), 256, OaepFlaw::kNone, {}));
  ASSERT_TRUE(decrypted);
  EXPECT_TRUE(decrypted->empty());
}

TEST(AsymmetricEncryption, WhatIsNoRsaCiphertextHasTheSameAnswer) {
  const Bytes good = *EncryptWith(Rsa2048().public_key(), kOaepSha256, RandomSecret(20));
  ExpectTheOneRefusal(DecryptWith(Rsa2048(), kOaepSha1, good));
  ExpectTheOneRefusal(DecryptWith(ParsedPair(KeyType::kRsa2048), kOaepSha256, good));
  for (const size_t size : {0, 1, 255, 257, 6144}) {
    Bytes other = good;
    other.resize(size);
    ExpectTheOneRefusal(DecryptWith(Rsa2048(), kOaepSha256, other));
  }
  for (size_t bit = 0; bit < good.size() * 8; bit += 61) {
    Bytes changed = good;
    changed[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
    ExpectTheOneRefusal(DecryptWith(Rsa2048(), kOaepSha256, changed));
  }
  Bytes one(256);
  one.back() = 1;
  for (const Bytes& number : {Bytes(256), one, Bytes(256, 0xff)})  // 0 and 1 are their own roots; above the modulus
    ExpectTheOneRefusal(DecryptWith(Rsa2048(), kOaepSha256, number));
  EXPECT_TRUE(DecryptWith(Rsa2048(), kOaepSha256, good));
}

TEST(Sm2Encryption, GoesThereAndBack) {
  const PrivateKey key = ParsedPair(KeyType::kSm2);
  for (const size_t size : {1, 32, 127, 128, 1023, 1024}) {
    const SecretBytes plaintext = RandomSecret(size);
    const Result<Bytes> ciphertext = EncryptWith(key.public_key(), kSm2, plaintext);
    ASSERT_TRUE(ciphertext) << size;
    const Result<SecretBytes> decrypted = DecryptWith(key, kSm2, *ciphertext);
    ASSERT_TRUE(decrypted) << size;
    EXPECT_TRUE(secret::Equal(*decrypted, plaintext));
  }
}

// GB/T 32918.5-2017, annex C.2, written as DER.
TEST(Sm2Encryption, TheStandardsExample) {
  const Bytes scalar = *HexDecode("3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8");
  const auto key = PrivateKey::Parse(KeyType::kSm2, SecretBytes::CopyOf(Pkcs8OfScalar(KeyType::kSm2, scalar)));
  ASSERT_TRUE(key);
  const Bytes x = *HexDecode("04ebfc718e8d1798620432268e77feb6415e2ede0e073c0f4f640ecd2e149a73");
  const Bytes y = *HexDecode("00e858f9d81e5430a57b36daab8f950a3c64e6ee6a63094d99283aff767e124df0");
  const Bytes hash = *HexDecode("59983c18f809e262923c53aec295d30383b54e39d609d160afcb1908d0bd8766");
  const Bytes masked = *HexDecode("21886ca989ca9c7d58087307ca93092d651efa");
  const Bytes ciphertext = Der(0x30, Concatenated({Der(2, x), Der(2, y), Der(4, hash), Der(4, masked)}));
  const auto decrypted = DecryptWith(*key, kSm2, ciphertext);
  ASSERT_TRUE(decrypted);
  EXPECT_EQ(AsText(SecretTesting::BytesOf(*decrypted)), "encryption standard");
}

TEST(Sm2Encryption, EveryChangeIsFound) {
  const PrivateKey key = ParsedPair(KeyType::kSm2);
  const Bytes good = *EncryptWith(key.public_key(), kSm2, RandomSecret(10));
  for (size_t bit = 0; bit < good.size() * 8; ++bit) {
    Bytes changed = good;
    changed[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
    ExpectTheOneRefusal(DecryptWith(key, kSm2, changed));
  }
  for (size_t size = 0; size < good.size(); ++size)
    ExpectTheOneRefusal(DecryptWith(key, kSm2, ByteView(good).first(size)));
  ExpectTheOneRefusal(DecryptWith(key, kSm2, Bytes(1 << 20, 0x30)));
  ExpectTheOneRefusal(DecryptWith(ParsedPair(KeyType::kSm2), kSm2, good));
}

TEST(Sm2Encryption, HasOneSpelling) {
  const PrivateKey key = ParsedPair(KeyType::kSm2);
  const Bytes good = *EncryptWith(key.public_key(), kSm2, RandomSecret(10));
  ASSERT_LT(good[1], 0x80);
  const ByteView content = ByteView(good).subspan(2);
  const Bytes long_length = Concatenated({Bytes{0x30, 0x81, good[1]}, content});
  const Bytes indefinite = Concatenated({Bytes{0x30, 0x80}, content, Bytes{0, 0}});
  const Bytes trailing = Concatenated({good, Bytes{0}});
  for (const Bytes& other : {long_length, indefinite, trailing}) ExpectTheOneRefusal(DecryptWith(key, kSm2, other));
  EXPECT_TRUE(DecryptWith(key, kSm2, good));
}

}  // namespace
}  // namespace kagimori::crypto
