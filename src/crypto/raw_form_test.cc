#include "crypto/raw_form.h"

#include <gtest/gtest.h>

namespace kagimori::crypto {
namespace {

// The last `size` bytes of a SubjectPublicKeyInfo are the key.
ByteView Tail(const Bytes& spki, size_t size) { return ByteView(spki).last(size); }

TEST(RawForm, CurvesAreTheirOwnSpki) {
  for (KeyType type : {KeyType::kP256, KeyType::kP384, KeyType::kP521}) {
    const NewKeyPair pair = GenerateKeyPair(type);
    const size_t size = FieldSize(type);
    const ByteView point = Tail(pair.spki, 2 * size);
    auto key = CurvePublicKey(type, point.first(size), point.subspan(size));
    ASSERT_TRUE(key) << Name(type);
    EXPECT_EQ(key->spki(), pair.spki);
    EXPECT_FALSE(CurvePublicKey(type, point.first(size), point.first(size)));
    EXPECT_FALSE(CurvePublicKey(type, point.first(size - 1), point.subspan(size)));
  }
  const NewKeyPair pair = GenerateKeyPair(KeyType::kEd25519);
  auto key = Ed25519PublicKey(Tail(pair.spki, 32));
  ASSERT_TRUE(key);
  EXPECT_EQ(key->spki(), pair.spki);
  EXPECT_FALSE(Ed25519PublicKey(Tail(pair.spki, 31)));
}

TEST(RawForm, RsaNumbers) {
  const NewKeyPair pair = GenerateKeyPair(KeyType::kRsa2048);
  const ByteView modulus = Tail(pair.spki, 256 + 5).first(256);  // before INTEGER 65537
  const Bytes exponent = {1, 0, 1};
  auto key = RsaPublicKey(modulus, exponent);
  ASSERT_TRUE(key);
  EXPECT_EQ(key->spki(), pair.spki);
  EXPECT_FALSE(RsaPublicKey(modulus.subspan(1), exponent));
  EXPECT_FALSE(RsaPublicKey(modulus, Bytes{0, 1, 0, 1}));
  EXPECT_FALSE(RsaPublicKey(modulus, Bytes{3}));
  EXPECT_FALSE(RsaPublicKey({}, exponent));
}

TEST(RawForm, DerOfRawSignatures) {
  EXPECT_EQ(DerSignature(Bytes{0, 1, 0x80, 2}), (Bytes{0x30, 8, 2, 1, 1, 2, 3, 0, 0x80, 2}));
  EXPECT_EQ(DerSignature(Bytes{0, 0, 0, 0}), (Bytes{0x30, 6, 2, 1, 0, 2, 1, 0}));
  EXPECT_EQ(DerSignature(Bytes(132, 0xFF)).size(), 3U + 2 * (2 + 67));
}

}  // namespace
}  // namespace kagimori::crypto
