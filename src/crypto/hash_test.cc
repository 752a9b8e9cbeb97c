#include "crypto/hash.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "crypto/digest.h"
#include "crypto/hash_internal.h"
#include "crypto/openssl.h"
#include "crypto/random.h"
#include "crypto/testing/vectors.h"
#include "secret/compare.h"
#include "secret/testing/secret_testing.h"

namespace kagimori::crypto {
namespace {

using secret::SecretBytes;

constexpr HashAlgorithm kHmacHashes[] = {HashAlgorithm::kSha224, HashAlgorithm::kSha256, HashAlgorithm::kSha384,
                                         HashAlgorithm::kSha512};

std::string HmacHex(HashAlgorithm algorithm, const Bytes& key, std::string_view message) {
  return HexEncode(Hmac(algorithm, SecretBytes::CopyOf(key), SecretBytes::CopyOf(AsBytes(message))));
}

std::string HashHex(HashAlgorithm algorithm, std::string_view message) {
  Bytes digest(HashSize(algorithm));
  internal::ComputeHash(algorithm, AsBytes(message), digest);
  return HexEncode(digest);
}

// FIPS 180-4's examples; GB/T 32905, appendix A.1.
TEST(Hash, KnownAnswers) {
  EXPECT_EQ(HashHex(HashAlgorithm::kSha1, "abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(HashHex(HashAlgorithm::kSha224, "abc"), "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7");
  EXPECT_EQ(HashHex(HashAlgorithm::kSha256, "abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(HashHex(HashAlgorithm::kSha384, "abc"),
            "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7");
  EXPECT_EQ(
      HashHex(HashAlgorithm::kSha512, "abc"),
      "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce8"
      "0e2a9ac94fa54ca49f");
  EXPECT_EQ(HashHex(HashAlgorithm::kSm3, "abc"), "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
  EXPECT_EQ(HashHex(HashAlgorithm::kSha256, ""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Hash, ADigestOfAnotherSizeIsABug) {
  Bytes digest(31);
  EXPECT_THROW(internal::ComputeHash(HashAlgorithm::kSha256, AsBytes("abc"), digest), std::runtime_error);
}

// RFC 4231, sections 4.2 and 4.3.
TEST(Hmac, Rfc4231) {
  const Bytes first(20, 0x0b);
  EXPECT_EQ(HmacHex(HashAlgorithm::kSha224, first, "Hi There"),
            "896fb1128abbdf196832107cd49df33f47b4b1169912ba4f53684b22");
  EXPECT_EQ(HmacHex(HashAlgorithm::kSha256, first, "Hi There"),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(HmacHex(HashAlgorithm::kSha384, first, "Hi There"),
            "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59cfaea9ea9076ede7f4af152e8b2fa9cb6");
  EXPECT_EQ(
      HmacHex(HashAlgorithm::kSha512, first, "Hi There"),
      "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1"
      "702e696c203a126854");
  const Bytes jefe = {'J', 'e', 'f', 'e'};
  constexpr std::string_view kQuestion = "what do ya want for nothing?";
  EXPECT_EQ(HmacHex(HashAlgorithm::kSha224, jefe, kQuestion),
            "a30e01098bc6dbbf45690f3a7e9e6d0f8bbea2a39e6148008fd05e44");
  EXPECT_EQ(HmacHex(HashAlgorithm::kSha256, jefe, kQuestion),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(HmacHex(HashAlgorithm::kSha384, jefe, kQuestion),
            "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649");
  EXPECT_EQ(
      HmacHex(HashAlgorithm::kSha512, jefe, kQuestion),
      "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b"
      "4b636e070a38bce737");
}

// Section 4.7: a key longer than a block is hashed first.
TEST(Hmac, Rfc4231LongKey) {
  const Bytes key(131, 0xaa);
  constexpr std::string_view kText = "Test Using Larger Than Block-Size Key - Hash Key First";
  EXPECT_EQ(HmacHex(HashAlgorithm::kSha224, key, kText), "95e9a0db962095adaebe9b2d6f0dbce2d499f112f2d2b7273fa6870e");
  EXPECT_EQ(HmacHex(HashAlgorithm::kSha256, key, kText),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  EXPECT_EQ(HmacHex(HashAlgorithm::kSha384, key, kText),
            "4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c60c2ef6ab4030fe8296248df163f44952");
  EXPECT_EQ(
      HmacHex(HashAlgorithm::kSha512, key, kText),
      "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f3526b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0a"
      "ec8b915a985d786598");
}

TEST(Hmac, AnEmptyKeyIsNotTheKeyBefore) {
  const std::string with_zeros = HmacHex(HashAlgorithm::kSha256, Bytes(64, 0), "message");
  EXPECT_NE(HmacHex(HashAlgorithm::kSha256, Bytes(32, 1), "message"), with_zeros);
  EXPECT_EQ(HmacHex(HashAlgorithm::kSha256, {}, "message"), with_zeros);  // both are a block of zeros
  EXPECT_EQ(HmacHex(HashAlgorithm::kSha256, {}, ""), HmacHex(HashAlgorithm::kSha256, Bytes(1, 0), ""));
}

TEST(Hmac, AgreesWithThePreparedKeys) {
  for (size_t size : {1u, 63u, 64u, 65u, 200u}) {
    const SecretBytes key = SecretBytes::CopyOf(Bytes(size, 0x3c));
    const Bytes message(4096 - size, 0x7e);
    const Sha256Digest expected = HmacSha256Key::Create(key).Sign({message});
    const Bytes tag = Hmac(HashAlgorithm::kSha256, key, SecretBytes::CopyOf(message));
    EXPECT_TRUE(std::ranges::equal(tag, expected)) << size;
  }
}

TEST(Hmac, OtherHashesAreRefused) {
  const SecretBytes key = SecretBytes::CopyOf(Bytes(32, 1));
  EXPECT_THROW(Hmac(HashAlgorithm::kSha1, key, key), std::runtime_error);
  EXPECT_THROW(Hmac(HashAlgorithm::kSm3, key, key), std::runtime_error);
}

TEST(Hmac, IsMadeInTheArenaAndNothingKeyedStays) {
  const SecretBytes key = SecretBytes::CopyOf(Bytes(32, 1));
  Hmac(HashAlgorithm::kSha224, key, key);  // so that what the process makes once is there
  std::thread([&key] {
    RandomSecret(1);  // and what OpenSSL makes for the thread
    RandomUuid();
    const OpenSslBytes before = OpenSslBytesOfThread();
    Hmac(HashAlgorithm::kSha224, key, key);
    // With the thread's context, and without keyed states: the last hash below has larger ones than this.
    const OpenSslBytes after = OpenSslBytesOfThread();
    EXPECT_GT(after.arena, before.arena);
    EXPECT_EQ(after.heap, before.heap);
    for (HashAlgorithm algorithm : kHmacHashes) Hmac(algorithm, key, key);
    EXPECT_EQ(OpenSslBytesOfThread().arena, after.arena);
    EXPECT_EQ(OpenSslBytesOfThread().heap, after.heap);
  }).join();
}

TEST(Hmac, ThreadsDoNotMix) {
  std::vector<std::thread> threads;
  for (uint8_t i = 0; i < 4; ++i) {
    threads.emplace_back([i] {
      const Bytes key(32, i);
      const std::string expected = HmacHex(kHmacHashes[i], key, "message");
      for (int round = 0; round < 500; ++round) ASSERT_EQ(HmacHex(kHmacHashes[i], key, "message"), expected);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

struct HmacVectors {
  const char* file;
  HashAlgorithm algorithm;
};

class HmacWycheproof : public testing::TestWithParam<HmacVectors> {};

// The tags of a group are cut to its tagSize: ours are never, so that the others of a cut tag are compared with ours
// cut in the test.
TEST_P(HmacWycheproof, EveryCase) {
  KAGIMORI_LOAD_VECTORS(vectors, GetParam().file);
  uint64_t used = 0;
  for (simdjson::dom::element group : vectors["testGroups"]) {
    const size_t tag_size = uint64_t{group["tagSize"]} / 8;
    for (simdjson::dom::element test : group["tests"]) {
      ++used;
      Bytes tag = Hmac(GetParam().algorithm, SecretBytes::CopyOf(HexField(test, "key")),
                       SecretBytes::CopyOf(HexField(test, "msg")));
      ASSERT_LE(tag_size, tag.size());
      tag.resize(tag_size);
      EXPECT_EQ(secret::Equal(tag, HexField(test, "tag")), IsValid(test)) << test["tcId"];
    }
  }
  EXPECT_EQ(used, uint64_t{vectors["numberOfTests"]});
}

INSTANTIATE_TEST_SUITE_P(AllHashes, HmacWycheproof,
                         testing::Values(HmacVectors{"hmac_sha224_test.json", HashAlgorithm::kSha224},
                                         HmacVectors{"hmac_sha256_test.json", HashAlgorithm::kSha256},
                                         HmacVectors{"hmac_sha384_test.json", HashAlgorithm::kSha384},
                                         HmacVectors{"hmac_sha512_test.json", HashAlgorithm::kSha512}),
                         [](const auto& info) { return "Sha" + std::to_string(8 * HashSize(info.param.algorithm)); });

}  // namespace
}  // namespace kagimori::crypto
