#include "crypto/key_agreement.h"

#include <gtest/gtest.h>
#include <openssl/err.h>

#include <algorithm>
#include <set>

#include "crypto/testing/key_pairs.h"
#include "secret/compare.h"
#include "secret/testing/secret_testing.h"

namespace kagimori::crypto {
namespace {

using secret::SecretBytes;
using secret::SecretTesting;

struct Lengths {
  KeyType type;
  size_t size;
};

TEST(KeyAgreement, BothSidesAgree) {
  for (const auto& [type, size] : {Lengths{KeyType::kP256, 32}, Lengths{KeyType::kP384, 48},
                                   Lengths{KeyType::kP521, 66}, Lengths{KeyType::kSm2, 32}}) {
    const PrivateKey alice = ParsedPair(type);
    const PrivateKey bob = ParsedPair(type);
    const auto hers = AgreeOnSecret(alice, bob.public_key());
    const auto his = AgreeOnSecret(bob, alice.public_key());
    ASSERT_TRUE(hers && his) << Name(type);
    EXPECT_EQ(hers->size(), size);
    EXPECT_TRUE(secret::Equal(*hers, *his));
    const auto own = AgreeOnSecret(alice, alice.public_key());
    ASSERT_TRUE(own);
    EXPECT_FALSE(secret::Equal(*hers, *own));
    EXPECT_EQ(ERR_peek_error(), 0u);
  }
}

// With the scalar 1 the secret is the peer's own x-coordinate: as long as the field's elements, zeros and all.
TEST(KeyAgreement, TheSecretIsTheXCoordinate) {
  for (const auto& [type, size] : {Lengths{KeyType::kP256, 32}, Lengths{KeyType::kP384, 48},
                                   Lengths{KeyType::kP521, 66}, Lengths{KeyType::kSm2, 32}}) {
    Bytes one(size);
    one.back() = 1;
    const auto key = PrivateKey::Parse(type, SecretBytes::CopyOf(Pkcs8OfScalar(type, one)));
    ASSERT_TRUE(key) << Name(type);
    const PrivateKey peer = ParsedPair(type);
    const auto shared = AgreeOnSecret(*key, peer.public_key());
    ASSERT_TRUE(shared);
    const ByteView x = ByteView(peer.public_key().spki()).last(2 * size).first(size);
    EXPECT_TRUE(std::ranges::equal(SecretTesting::BytesOf(*shared), x)) << Name(type);
  }
}

TEST(KeyAgreement, OtherKeysCannot) {
  const PrivateKey p256 = ParsedPair(KeyType::kP256);
  for (const KeyType type : {KeyType::kP384, KeyType::kSm2, KeyType::kSecp256k1, KeyType::kEd25519}) {
    const PrivateKey other = ParsedPair(type);
    const auto mixed = AgreeOnSecret(p256, other.public_key());
    ASSERT_FALSE(mixed);
    EXPECT_EQ(mixed.error().kind, ErrorKind::kInternal);
    if (type == KeyType::kSecp256k1 || type == KeyType::kEd25519) {
      EXPECT_FALSE(AgreeOnSecret(other, other.public_key()));
    }
  }
}

TEST(MlKem, EncapsulatedSecretsComeBack) {
  for (const auto& [type, size] :
       {Lengths{KeyType::kMlKem512, 768}, Lengths{KeyType::kMlKem768, 1088}, Lengths{KeyType::kMlKem1024, 1568}}) {
    const PrivateKey key = ParsedPair(type);
    const auto made = Encapsulate(key.public_key());
    const auto another = Encapsulate(key.public_key());
    ASSERT_TRUE(made && another) << Name(type);
    EXPECT_EQ(made->secret.size(), kKemSecretSize);
    EXPECT_EQ(made->ciphertext.size(), size);
    EXPECT_NE(made->ciphertext, another->ciphertext);
    EXPECT_FALSE(secret::Equal(made->secret, another->secret));
    const auto back = Decapsulate(key, made->ciphertext);
    ASSERT_TRUE(back);
    EXPECT_TRUE(secret::Equal(*back, made->secret));
  }
}

// FIPS 203, algorithm 18: a wrong ciphertext gives a secret that depends on it and on the key, and always the same one.
TEST(MlKem, WrongCiphertextsAreRejectedImplicitly) {
  const PrivateKey key = ParsedPair(KeyType::kMlKem768);
  const auto made = Encapsulate(key.public_key());
  ASSERT_TRUE(made);
  std::set<Bytes> secrets = {SecretTesting::BytesOf(made->secret)};
  size_t wrong = 0;
  for (size_t at = 0; at < made->ciphertext.size(); at += 37, ++wrong) {
    Bytes changed = made->ciphertext;
    changed[at] ^= 1;
    const auto first = Decapsulate(key, changed);
    const auto second = Decapsulate(key, changed);
    ASSERT_TRUE(first && second);
    EXPECT_EQ(first->size(), kKemSecretSize);
    EXPECT_TRUE(secret::Equal(*first, *second));
    secrets.insert(SecretTesting::BytesOf(*first));
  }
  EXPECT_EQ(secrets.size(), wrong + 1);
  const auto other = Decapsulate(ParsedPair(KeyType::kMlKem768), made->ciphertext);
  ASSERT_TRUE(other);
  EXPECT_FALSE(secret::Equal(*other, made->secret));
}

TEST(MlKem, AnotherLengthIsInvalid) {
  const PrivateKey key = ParsedPair(KeyType::kMlKem768);
  for (const size_t size : {0, 1, 768, 1087, 1089, 1568}) {
    const auto secret = Decapsulate(key, Bytes(size));
    ASSERT_FALSE(secret) << size;
    EXPECT_EQ(secret.error().kind, ErrorKind::kInvalid);
  }
  EXPECT_TRUE(Decapsulate(key, Bytes(1088)));
}

TEST(MlKem, OtherKeysCannot) {
  const PrivateKey key = ParsedPair(KeyType::kP256);
  const auto made = Encapsulate(key.public_key());
  const auto taken = Decapsulate(key, Bytes(1088));
  ASSERT_FALSE(made || taken);
  EXPECT_EQ(made.error().kind, ErrorKind::kInternal);
  EXPECT_EQ(taken.error().kind, ErrorKind::kInternal);
}

}  // namespace
}  // namespace kagimori::crypto
