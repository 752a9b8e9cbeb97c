#include "crypto/ed25519.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "crypto/testing/vectors.h"
#include "secret/testing/secret_testing.h"

namespace kagimori::crypto {
namespace {

Result<Ed25519Signer> SignerOf(std::string_view seed_hex) {
  ByteArray<32> seed;
  EXPECT_TRUE(HexDecodeTo(seed_hex, seed));
  return Ed25519Signer::Create(secret::SecretKey256::CopyOf(seed));
}

// RFC 8032 section 7.1, TEST 1 and TEST 3.
TEST(Ed25519, Rfc8032) {
  auto first = SignerOf("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
  ASSERT_TRUE(first);
  EXPECT_EQ(HexEncode(first->public_bytes()), "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
  EXPECT_EQ(HexEncode(first->Sign({})),
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f059"
            "5bbe24655"
            "141438e7a100b");
  auto third = SignerOf("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7");
  ASSERT_TRUE(third);
  Ed25519Signature signature = third->Sign(Bytes{0xaf, 0x82});
  EXPECT_EQ(HexEncode(signature),
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e971"
            "6ed28dc02"
            "7beceea1ec40a");
  EXPECT_TRUE(Ed25519Verify(third->public_bytes(), Bytes{0xaf, 0x82}, signature));
  EXPECT_FALSE(Ed25519Verify(third->public_bytes(), Bytes{0xaf, 0x83}, signature));
  EXPECT_FALSE(Ed25519Verify(first->public_bytes(), Bytes{0xaf, 0x82}, signature));
}

TEST(Ed25519, PemGoesThereAndBack) {
  auto signer = SignerOf("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
  std::string pem = Ed25519PublicPem(signer->public_bytes());
  EXPECT_TRUE(pem.starts_with("-----BEGIN PUBLIC KEY-----\n"));
  auto parsed = ParseEd25519PublicPem(pem);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(*parsed, signer->public_bytes());
  EXPECT_TRUE(ParseEd25519PublicPem(pem + "\n\n"));
}

TEST(Ed25519, HostilePemIsRefused) {
  auto signer = SignerOf("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
  std::string pem = Ed25519PublicPem(signer->public_bytes());
  EXPECT_FALSE(ParseEd25519PublicPem(""));
  EXPECT_FALSE(ParseEd25519PublicPem(pem + pem));
  EXPECT_FALSE(ParseEd25519PublicPem(pem + "x"));
  EXPECT_FALSE(ParseEd25519PublicPem(std::string(5000, '\n') + pem));
  EXPECT_FALSE(ParseEd25519PublicPem(pem.substr(0, 60)));
  // An encrypted block must fail, not ask at the terminal.
  std::string encrypted = pem;
  encrypted.insert(encrypted.find('\n') + 1,
                   "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF\n\n");
  EXPECT_FALSE(ParseEd25519PublicPem(encrypted));
  // Another kind of key: X25519 (RFC 8410 section 10.1's form).
  EXPECT_FALSE(ParseEd25519PublicPem(
      "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VuAyEAhSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo=\n-----END PUBLIC "
      "KEY-----\n"));
}

TEST(Ed25519, Wycheproof) {
  KAGIMORI_LOAD_VECTORS(vectors, "ed25519_test.json");
  size_t used = 0;
  for (auto group : vectors["testGroups"]) {
    Ed25519PublicBytes key;
    ASSERT_TRUE(HexDecodeTo(std::string_view(group["publicKey"]["pk"]), key));
    for (auto test : group["tests"]) {
      ++used;
      Bytes bytes = HexField(test, "sig");
      Ed25519Signature signature;
      // A signature of another length is refused by its type.
      if (bytes.size() != signature.size()) {
        EXPECT_FALSE(IsValid(test)) << test["tcId"];
        continue;
      }
      std::copy(bytes.begin(), bytes.end(), signature.begin());
      EXPECT_EQ(Ed25519Verify(key, HexField(test, "msg"), signature), IsValid(test)) << test["tcId"];
    }
  }
  EXPECT_EQ(used, uint64_t{vectors["numberOfTests"]});
}

}  // namespace
}  // namespace kagimori::crypto
