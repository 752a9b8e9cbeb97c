// Keys that OpenSSL or another reader would take, and that are refused here.
#include <gtest/gtest.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "crypto/key_pair.h"
#include "crypto/key_pair_internal.h"
#include "crypto/testing/key_pair_expectations.h"
#include "crypto/testing/key_pairs.h"
#include "secret/testing/secret_testing.h"

namespace kagimori::crypto {
namespace {

using secret::SecretTesting;

constexpr KeyType kCurves[] = {KeyType::kP256, KeyType::kP384, KeyType::kP521, KeyType::kSecp256k1, KeyType::kSm2};

// The SubjectPublicKeyInfo of `type` with that point in it. REQUIRES: as long as an uncompressed point.
Bytes SpkiOfPoint(KeyType type, ByteView point) {
  Bytes spki = PrefixBytes(TraitsOf(type).spki_prefix_hex);
  spki.pop_back();
  return Concatenated({spki, point});
}

TEST(KeyPairStrictness, PointsThatAreNoneAreRefused) {
  for (const KeyType type : kCurves) {
    const size_t size = 1 + TraitsOf(type).public_size;
    const Bytes good(PairOf(type).spki.end() - static_cast<ptrdiff_t>(size), PairOf(type).spki.end());
    ASSERT_TRUE(PublicKey::Parse(type, SpkiOfPoint(type, good)));
    Bytes off_curve = good;
    off_curve.back() ^= 1;
    Bytes zeros(size);
    Bytes origin = zeros;
    origin[0] = 4;
    Bytes beyond(size, 0xff);  // coordinates that are no elements of the field
    beyond[0] = 4;
    Bytes hybrid = good;
    hybrid[0] = static_cast<uint8_t>(6 | (good.back() & 1));
    for (const Bytes& point : {off_curve, zeros, origin, beyond, hybrid})
      ExpectInvalid(PublicKey::Parse(type, SpkiOfPoint(type, point)), Name(type));
  }
}

// With their lengths right: RFC 5480 has a form for each.
TEST(KeyPairStrictness, CompressedAndZeroPointsAreRefused) {
  for (const KeyType type : kCurves) {
    const ByteView point = ByteView(PairOf(type).spki).last(TraitsOf(type).public_size);
    const Bytes tag = {static_cast<uint8_t>(2 | (point.back() & 1))};
    const Bytes none = {0};
    const Bytes compressed = Der(3, Concatenated({none, tag, point.first(point.size() / 2)}));
    ExpectInvalid(PublicKey::Parse(type, Der(0x30, Concatenated({AlgorithmOf(type), compressed}))), Name(type));
    const Bytes infinity = Der(3, Bytes{0, 0});
    ExpectInvalid(PublicKey::Parse(type, Der(0x30, Concatenated({AlgorithmOf(type), infinity}))), Name(type));
  }
}

using Pkcs8 = std::unique_ptr<PKCS8_PRIV_KEY_INFO, OpenSslDeleter<PKCS8_PRIV_KEY_INFO_free>>;

template <class Write>
Bytes Written(Write write) {
  unsigned char* der = nullptr;
  const int size = write(&der);
  EXPECT_GT(size, 0);
  Bytes bytes(der, der + std::max(size, 0));
  OPENSSL_free(der);
  return bytes;
}

Bytes SpkiOf(const Pkey& key) {
  return Written([&](unsigned char** der) { return i2d_PUBKEY(key.get(), der); });
}

Bytes Pkcs8Of(const Pkey& key) {
  const Pkcs8 info(EVP_PKEY2PKCS8(key.get()));
  return Written([&](unsigned char** der) { return i2d_PKCS8_PRIV_KEY_INFO(info.get(), der); });
}

TEST(KeyPairStrictness, ExplicitCurveParametersAreRefused) {
  GetAlgorithms();
  const std::pair<KeyType, const char*> curves[] = {{KeyType::kP256, "P-256"},
                                                    {KeyType::kP384, "P-384"},
                                                    {KeyType::kP521, "P-521"},
                                                    {KeyType::kSecp256k1, "secp256k1"}};
  for (const auto& [type, group] : curves) {
    const Pkey key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", group));
    ASSERT_TRUE(PublicKey::Parse(type, SpkiOf(key)));
    ASSERT_TRUE(ParsePrivate(type, Pkcs8Of(key)));
    ASSERT_EQ(EVP_PKEY_set_utf8_string_param(key.get(), OSSL_PKEY_PARAM_EC_ENCODING, "explicit"), 1);
    ExpectInvalid(PublicKey::Parse(type, SpkiOf(key)), group);
    ExpectInvalid(ParsePrivate(type, Pkcs8Of(key)), group);
  }
}

TEST(KeyPairStrictness, EncryptedPrivateKeysAreRefused) {
  for (const KeyType type : {KeyType::kRsa2048, KeyType::kP256, KeyType::kEd25519}) {
    const Pkey key(EVP_PKEY_dup(KeyPairs::Of(ParsedPair(type)).pkey.get()));
    const Pkcs8 info(EVP_PKEY2PKCS8(key.get()));
    const std::unique_ptr<X509_SIG, OpenSslDeleter<X509_SIG_free>> encrypted(
        PKCS8_encrypt(-1, EVP_aes_256_cbc(), "password", 8, nullptr, 0, 2048, info.get()));
    ASSERT_NE(encrypted, nullptr);
    const Bytes der = Written([&](unsigned char** out) { return i2d_X509_SIG(encrypted.get(), out); });
    ExpectInvalid(ParsePrivate(type, der), Name(type));
  }
}

// A PKCS#8 structure of an Ed25519 key as RFC 8410, section 7, has it, with RFC 5958's version and public key.
Bytes Ed25519Pkcs8(uint8_t version, ByteView seed, ByteView public_key) {
  const Bytes number = {2, 1, version};
  const Bytes algorithm = {0x30, 5, 6, 3, 0x2b, 0x65, 0x70};
  const Bytes key = Der(4, Der(4, seed));
  const Bytes no_unused_bits = {0};
  const Bytes half = public_key.empty() ? Bytes{} : Der(0x81, Concatenated({no_unused_bits, public_key}));
  return Der(0x30, Concatenated({number, algorithm, key, half}));
}

// RFC 5958, section 2: version 2 (1 in the encoding) where there is a public key, and only then.
TEST(KeyPairStrictness, AnEd25519PublicKeyInPkcs8BelongsToThePrivateOne) {
  constexpr auto kType = KeyType::kEd25519;
  const Bytes pkcs8 = SecretTesting::BytesOf(PairOf(kType).pkcs8);
  const ByteView seed = ByteView(pkcs8).last(32);
  const ByteView own = ByteView(PairOf(kType).spki).last(32);
  const Bytes other_spki = GenerateKeyPair(kType).spki;
  const ByteView other = ByteView(other_spki).last(32);
  EXPECT_TRUE(ParsePrivate(kType, Ed25519Pkcs8(0, seed, {})));
  const Result<PrivateKey> whole = ParsePrivate(kType, Ed25519Pkcs8(1, seed, own));
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->public_key().spki(), PairOf(kType).spki);
  ExpectInvalid(ParsePrivate(kType, Ed25519Pkcs8(1, seed, other)), "another key's public half");
  ExpectInvalid(ParsePrivate(kType, Ed25519Pkcs8(0, seed, own)), "version 1 with a public half");
  ExpectInvalid(ParsePrivate(kType, Ed25519Pkcs8(1, seed, {})), "version 2 without one");
  ExpectInvalid(ParsePrivate(kType, Ed25519Pkcs8(2, seed, own)), "version 3");
  ExpectInvalid(ParsePrivate(kType, Ed25519Pkcs8(1, seed, own.first(31))), "a part of it");
  const Bytes longer = Concatenated({own, other.first(1)});
  ExpectInvalid(ParsePrivate(kType, Ed25519Pkcs8(1, seed, longer)), "more than it");
}

// With version 2 and a public key behind the structure that a key is stored in; its bits are the end of `spki`.
Bytes WithPublicKey(ByteView pkcs8, ByteView spki, size_t bits) {
  const size_t header = pkcs8[1] < 0x80 ? 2 : 2 + (pkcs8[1] & 0x7f);
  const Bytes version = {2, 1, 1};
  const Bytes half = Der(0x81, spki.last(1 + bits));  // with the number of unused bits
  return Der(0x30, Concatenated({version, pkcs8.subspan(header + version.size()), half}));
}

// The same of every type, since OpenSSL looks there for none.
TEST(KeyPairStrictness, APublicKeyInPkcs8BelongsToThePrivateOne) {
  for (size_t i = 0; i < kKeyTypes; ++i) {
    const auto type = static_cast<KeyType>(i);
    const Bytes pkcs8 = SecretTesting::BytesOf(PairOf(type).pkcs8);
    const ByteView own = PairOf(type).spki;
    const Bytes other = GenerateKeyPair(type).spki;
    const KeyTypeTraits& traits = TraitsOf(type);
    // RSA: everything behind the SPKI's own header, the algorithm (15 bytes) and the bit string's header.
    const size_t bits = IsRsa(type) ? own.size() - 4 - 15 - 4 - 1 : traits.public_size + (traits.group != nullptr);
    EXPECT_TRUE(ParsePrivate(type, WithPublicKey(pkcs8, own, bits))) << Name(type);
    ExpectInvalid(ParsePrivate(type, WithPublicKey(pkcs8, other, bits)), Name(type));
  }
}

using BigNumber = std::unique_ptr<BIGNUM, OpenSslDeleter<BN_free>>;

Pkey RsaPublicKey(const BIGNUM* modulus, uint64_t exponent) {
  const BigNumber e(BN_new());
  BN_set_word(e.get(), exponent);
  const std::unique_ptr<OSSL_PARAM_BLD, OpenSslDeleter<OSSL_PARAM_BLD_free>> builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus);
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get());
  OSSL_PARAM* params = OSSL_PARAM_BLD_to_param(builder.get());
  const PkeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
  EVP_PKEY* key = nullptr;
  EXPECT_EQ(EVP_PKEY_fromdata_init(context.get()), 1);
  EXPECT_EQ(EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params), 1);
  OSSL_PARAM_free(params);
  return Pkey(key);
}

BigNumber ModulusOf(const PublicKey& key) {
  BIGNUM* n = nullptr;
  EXPECT_EQ(EVP_PKEY_get_bn_param(KeyPairs::Of(key).pkey.get(), OSSL_PKEY_PARAM_RSA_N, &n), 1);
  return BigNumber(n);
}

TEST(KeyPairStrictness, RsaExponentsAreOddAndLarge) {
  const BigNumber n = ModulusOf(*PublicKey::Parse(KeyType::kRsa2048, PairOf(KeyType::kRsa2048).spki));
  EXPECT_TRUE(PublicKey::Parse(KeyType::kRsa2048, SpkiOf(RsaPublicKey(n.get(), 65537))));
  EXPECT_TRUE(PublicKey::Parse(KeyType::kRsa2048, SpkiOf(RsaPublicKey(n.get(), 65539))));
  for (const uint64_t exponent : {uint64_t{0}, uint64_t{1}, uint64_t{2}, uint64_t{3}, uint64_t{17}, uint64_t{65535},
                                  uint64_t{65536}, uint64_t{65538}, uint64_t{1} << 40 | 1})
    ExpectInvalid(PublicKey::Parse(KeyType::kRsa2048, SpkiOf(RsaPublicKey(n.get(), exponent))),
                  std::to_string(exponent));
}

TEST(KeyPairStrictness, RsaModuliAreOddAndOfTheirSize) {
  BigNumber n = ModulusOf(*PublicKey::Parse(KeyType::kRsa2048, PairOf(KeyType::kRsa2048).spki));
  BN_sub_word(n.get(), 1);
  ExpectInvalid(PublicKey::Parse(KeyType::kRsa2048, SpkiOf(RsaPublicKey(n.get(), 65537))), "even");
  BN_add_word(n.get(), 1);
  BN_rshift1(n.get(), n.get());
  BN_set_bit(n.get(), 0);
  ExpectInvalid(PublicKey::Parse(KeyType::kRsa2048, SpkiOf(RsaPublicKey(n.get(), 65537))), "2047 bits");
  BN_lshift(n.get(), n.get(), 2);
  BN_set_bit(n.get(), 0);
  ExpectInvalid(PublicKey::Parse(KeyType::kRsa2048, SpkiOf(RsaPublicKey(n.get(), 65537))), "2049 bits");
  BN_lshift(n.get(), n.get(), 14'000);
  BN_set_bit(n.get(), 0);
  ExpectInvalid(PublicKey::Parse(KeyType::kRsa4096, SpkiOf(RsaPublicKey(n.get(), 65537))), "16049 bits");
  const Pkey small(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", size_t{1024}));
  ExpectInvalid(PublicKey::Parse(KeyType::kRsa2048, SpkiOf(small)), "1024 bits");
  ExpectInvalid(ParsePrivate(KeyType::kRsa2048, Pkcs8Of(small)), "1024 bits");
}

// Keys restricted to PSS have an identifier of their own (RFC 8017, A.2.3).
TEST(KeyPairStrictness, RsaPssKeysAreRefused) {
  GetAlgorithms();
  const PkeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "RSA-PSS", nullptr));
  EVP_PKEY* made = nullptr;
  ASSERT_EQ(EVP_PKEY_keygen_init(context.get()), 1);
  ASSERT_EQ(EVP_PKEY_generate(context.get(), &made), 1);
  const Pkey key(made);
  ExpectInvalid(PublicKey::Parse(KeyType::kRsa2048, SpkiOf(key)), "public");
  ExpectInvalid(ParsePrivate(KeyType::kRsa2048, Pkcs8Of(key)), "private");
}

TEST(KeyPairStrictness, HalvesOfTwoCurveKeysAreRefused) {
  for (const KeyType type : kCurves) {
    Bytes mixed = SecretTesting::BytesOf(PairOf(type).pkcs8);
    const size_t size = TraitsOf(type).public_size;
    const Bytes other = GenerateKeyPair(type).spki;
    std::copy(other.end() - static_cast<ptrdiff_t>(size), other.end(), mixed.end() - static_cast<ptrdiff_t>(size));
    ExpectInvalid(ParsePrivate(type, mixed), Name(type));
  }
}

TEST(KeyPairStrictness, HalvesOfTwoRsaKeysAreRefused) {
  Bytes mixed = SecretTesting::BytesOf(PairOf(KeyType::kRsa2048).pkcs8);
  auto modulus = [](const Bytes& spki) {
    Bytes n(256);
    BN_bn2bin(ModulusOf(*PublicKey::Parse(KeyType::kRsa2048, spki)).get(), n.data());
    return n;
  };
  const auto place = std::ranges::search(mixed, modulus(PairOf(KeyType::kRsa2048).spki));
  ASSERT_EQ(place.size(), 256u);
  std::ranges::copy(modulus(GenerateKeyPair(KeyType::kRsa2048).spki), place.begin());
  ExpectInvalid(ParsePrivate(KeyType::kRsa2048, mixed), "RSA");
}

TEST(KeyPairStrictness, ScalarsOutsideOfTheGroupAreRefused) {
  for (const KeyType type : kCurves) {
    const size_t size = TraitsOf(type).public_size / 2;
    ExpectInvalid(ParsePrivate(type, Pkcs8OfScalar(type, Bytes(size))), "0");
    ExpectInvalid(ParsePrivate(type, Pkcs8OfScalar(type, Bytes(size, 0xff))), "above the order");
    Bytes one(size);
    one.back() = 1;
    EXPECT_TRUE(ParsePrivate(type, Pkcs8OfScalar(type, one))) << Name(type);
  }
}

// FIPS 203, 7.2: every coefficient of an encapsulation key is below q.
TEST(KeyPairStrictness, MlKemCoefficientsAreReduced) {
  for (const KeyType type : {KeyType::kMlKem512, KeyType::kMlKem768, KeyType::kMlKem1024}) {
    Bytes spki = PairOf(type).spki;
    const size_t start = spki.size() - TraitsOf(type).public_size;
    spki[start] = 0xff;
    spki[start + 1] |= 0x0f;
    ExpectInvalid(PublicKey::Parse(type, spki), Name(type));
  }
}

}  // namespace
}  // namespace kagimori::crypto
