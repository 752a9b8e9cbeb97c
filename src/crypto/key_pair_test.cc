#include "crypto/key_pair.h"

#include <gtest/gtest.h>
#include <openssl/err.h>

#include <algorithm>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "crypto/asymmetric_encryption.h"
#include "crypto/openssl_memory.h"
#include "crypto/random.h"
#include "crypto/testing/key_pair_expectations.h"
#include "crypto/testing/key_pairs.h"
#include "secret/testing/secret_testing.h"

namespace kagimori::crypto {
namespace {

using secret::SecretTesting;

std::vector<KeyType> AllTypes() {
  std::vector<KeyType> types;
  for (size_t i = 0; i < kKeyTypes; ++i) types.push_back(static_cast<KeyType>(i));
  return types;
}

class EveryType : public testing::TestWithParam<KeyType> {};

std::string TestName(const testing::TestParamInfo<KeyType>& info) {
  std::string name(Name(info.param));
  std::erase(name, '-');
  return name;
}
INSTANTIATE_TEST_SUITE_P(KeyPair, EveryType, testing::ValuesIn(AllTypes()), TestName);

TEST_P(EveryType, GoesThereAndBack) {
  const NewKeyPair& pair = PairOf(GetParam());
  const auto private_key = PrivateKey::Parse(GetParam(), pair.pkcs8);
  ASSERT_TRUE(private_key);
  EXPECT_EQ(private_key->type(), GetParam());
  EXPECT_EQ(private_key->public_key().spki(), pair.spki);
  const auto public_key = PublicKey::Parse(GetParam(), pair.spki);
  ASSERT_TRUE(public_key);
  EXPECT_EQ(public_key->type(), GetParam());
  EXPECT_EQ(public_key->spki(), pair.spki);
  EXPECT_EQ(ERR_peek_error(), 0u);
}

TEST_P(EveryType, EachPairIsAnother) { EXPECT_NE(GenerateKeyPair(GetParam()).spki, PairOf(GetParam()).spki); }

TEST_P(EveryType, IsNoOtherType) {
  const Bytes pkcs8 = SecretTesting::BytesOf(PairOf(GetParam()).pkcs8);
  for (const KeyType other : AllTypes()) {
    if (other == GetParam()) continue;
    ExpectInvalid(PublicKey::Parse(other, PairOf(GetParam()).spki), Name(other));
    ExpectInvalid(ParsePrivate(other, pkcs8), Name(other));
  }
}

TEST_P(EveryType, TrailingBytesAreRefused) {
  for (const Bytes& tail : {Bytes{0}, Bytes{0, 0}, Bytes{5, 0}, Bytes(100, 0x30)}) {
    ExpectInvalid(PublicKey::Parse(GetParam(), Concatenated({PairOf(GetParam()).spki, tail})), "public");
    const Bytes pkcs8 = SecretTesting::BytesOf(PairOf(GetParam()).pkcs8);
    ExpectInvalid(ParsePrivate(GetParam(), Concatenated({pkcs8, tail})), "private");
  }
}

TEST_P(EveryType, TruncatedKeysAreRefused) {
  const ByteView spki = PairOf(GetParam()).spki;
  for (size_t size = 0; size < spki.size(); ++size)
    ExpectInvalid(PublicKey::Parse(GetParam(), spki.first(size)), "public");
  const Bytes pkcs8 = SecretTesting::BytesOf(PairOf(GetParam()).pkcs8);
  for (size_t size = 0; size < pkcs8.size(); ++size)
    ExpectInvalid(ParsePrivate(GetParam(), ByteView(pkcs8).first(size)), "private");
}

// A key with a flipped bit is refused, or it is another key in the same strict form.
TEST_P(EveryType, FlippedBits) {
  const Bytes& spki = PairOf(GetParam()).spki;
  for (size_t bit = 0; bit < spki.size() * 8; bit += spki.size() > 600 ? 7 : 1) {
    Bytes changed = spki;
    changed[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
    const auto key = PublicKey::Parse(GetParam(), changed);
    if (!key) continue;
    EXPECT_EQ(key->spki(), changed) << bit;
  }
  // RSA's structure is long, and each look at it costs a private operation.
  const Bytes pkcs8 = SecretTesting::BytesOf(PairOf(GetParam()).pkcs8);
  for (size_t bit = 0; bit < pkcs8.size() * 8; bit += IsRsa(GetParam()) ? 499 : 1) {
    Bytes changed = pkcs8;
    changed[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
    const auto key = ParsePrivate(GetParam(), changed);
    if (!key) continue;
    EXPECT_TRUE(PublicKey::Parse(GetParam(), key->public_key().spki())) << bit;
    // A seed is its own public half, so that another seed is another key; the others' halves bind each other.
    if (TraitsOf(GetParam()).pkcs8_prefix_hex == nullptr) {
      EXPECT_EQ(key->public_key().spki(), spki) << bit;
    }
  }
}

TEST_P(EveryType, EmptyAndOversizedInputIsRefused) {
  ExpectInvalid(PublicKey::Parse(GetParam(), {}), "public");
  ExpectInvalid(ParsePrivate(GetParam(), {}), "private");
  const auto public_key = PublicKey::Parse(GetParam(), Bytes(kMaxPublicKeySize + 1, 0x30));
  ASSERT_FALSE(public_key);
  EXPECT_EQ(public_key.error().kind, ErrorKind::kLimit);
  const auto private_key = ParsePrivate(GetParam(), Bytes(kMaxPrivateKeySize + 1, 0x30));
  ASSERT_FALSE(private_key);
  EXPECT_EQ(private_key.error().kind, ErrorKind::kLimit);
}

PrivateKey Parsed(KeyType type) { return *PrivateKey::Parse(type, PairOf(type).pkcs8); }

// What `work` leaves allocated in the arena by the calling thread.
template <class Work>
size_t ArenaGrowth(Work work) {
  const int64_t before = OpenSslBytesOfThread().arena;
  work();
  return static_cast<size_t>(OpenSslBytesOfThread().arena - before);
}

TEST_P(EveryType, FootprintCoversWhatIsAllocated) {
  static_cast<void>(Parsed(GetParam()));  // so that what OpenSSL makes once is there
  std::optional<PrivateKey> key;
  const size_t allocated = ArenaGrowth([&] { key = Parsed(GetParam()); });
  EXPECT_GT(key->footprint(), 0u);
  EXPECT_LE(allocated, key->footprint());
  const size_t later = 10 * static_cast<size_t>(TraitsOf(GetParam()).modulus_bits) / 8;  // RSA: see below
  EXPECT_GE(allocated + secret::SecretKey256::size() + later, key->footprint());
  EXPECT_EQ(ArenaGrowth([&] { key.reset(); }), 0 - allocated) << "not all of it was given back";
}

// RSA's objects cache what their operations need. The first is made by Parse; a second thread adds its blinding.
TEST(KeyPair, RsaKeysHardlyGrowInUse) {
  for (const KeyType type : {KeyType::kRsa2048, KeyType::kRsa3072}) {
    constexpr auto kScheme = EncryptionScheme::kOaepSha256;
    const Bytes ciphertext = *EncryptWith(Parsed(type).public_key(), kScheme, RandomSecret(1));
    const auto decrypt = [&](const PrivateKey& key) { EXPECT_TRUE(DecryptWith(key, kScheme, ciphertext)); };
    const PrivateKey key = Parsed(type);
    decrypt(Parsed(type));  // so that what a thread makes once is there
    EXPECT_EQ(ArenaGrowth([&] { decrypt(key); }), 0u) << Name(type);
    size_t elsewhere = 0;
    std::thread([&] {
      decrypt(Parsed(type));
      elsewhere = ArenaGrowth([&] { decrypt(key); });
    }).join();
    EXPECT_LE(elsewhere, 5 * static_cast<size_t>(TraitsOf(type).modulus_bits) / 8) << Name(type);
    EXPECT_EQ(ArenaGrowth([&] { decrypt(key); }), 0u) << Name(type);
  }
}

struct Sizes {
  KeyType type;
  size_t spki;
  size_t pkcs8;
};

TEST(KeyPair, SizesOfTheStructures) {
  for (const auto& [type, spki, pkcs8] :
       {Sizes{KeyType::kP256, 91, 138}, Sizes{KeyType::kP384, 120, 185}, Sizes{KeyType::kP521, 158, 241},
        Sizes{KeyType::kSecp256k1, 88, 135}, Sizes{KeyType::kEd25519, 44, 48}, Sizes{KeyType::kSm2, 91, 138},
        Sizes{KeyType::kMlDsa44, 1334, 54}, Sizes{KeyType::kMlDsa65, 1974, 54}, Sizes{KeyType::kMlDsa87, 2614, 54},
        Sizes{KeyType::kMlKem512, 822, 86}, Sizes{KeyType::kMlKem768, 1206, 86},
        Sizes{KeyType::kMlKem1024, 1590, 86}}) {
    EXPECT_EQ(PairOf(type).spki.size(), spki) << Name(type);
    EXPECT_EQ(PairOf(type).pkcs8.size(), pkcs8) << Name(type);
  }
  // RSA's integers are a byte shorter or longer, by chance.
  for (const auto& [type, spki, pkcs8] : {Sizes{KeyType::kRsa2048, 294, 1217}, Sizes{KeyType::kRsa3072, 422, 1793},
                                          Sizes{KeyType::kRsa4096, 550, 2375}}) {
    EXPECT_EQ(PairOf(type).spki.size(), spki) << Name(type);
    EXPECT_NEAR(static_cast<double>(PairOf(type).pkcs8.size()), static_cast<double>(pkcs8), 8) << Name(type);
  }
}

TEST(KeyPair, MovedKeysWork) {
  PrivateKey key = ParsedPair(KeyType::kP256);
  const Bytes spki = key.public_key().spki();
  PrivateKey other = ParsedPair(KeyType::kEd25519);
  other = std::move(key);
  EXPECT_EQ(other.type(), KeyType::kP256);
  EXPECT_EQ(other.public_key().spki(), spki);
}

}  // namespace
}  // namespace kagimori::crypto
