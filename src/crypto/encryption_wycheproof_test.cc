// Project Wycheproof's vectors of RSA-OAEP decryption and of ECDH with public keys as SubjectPublicKeyInfo.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>

#include "crypto/asymmetric_encryption.h"
#include "crypto/key_agreement.h"
#include "crypto/testing/key_pairs.h"
#include "crypto/testing/vectors.h"
#include "secret/compare.h"

namespace kagimori::crypto {
namespace {

using secret::SecretBytes;

// `labelled`: the vectors that are valid under a label (RFC 8017's L). AWS KMS has none, so to us they are no
// ciphertexts. They are the only difference.
void DecryptAll(std::string_view name, KeyType type, EncryptionScheme scheme, const std::set<uint64_t>& labelled) {
  KAGIMORI_LOAD_VECTORS(vectors, name);
  size_t used = 0;
  for (auto group : vectors["testGroups"]) {
    const auto key = PrivateKey::Parse(type, SecretBytes::CopyOf(HexField(group, "privateKeyPkcs8")));
    ASSERT_TRUE(key);
    for (auto test : group["tests"]) {
      const bool has_label = labelled.contains(uint64_t{test["tcId"]});
      ASSERT_EQ(has_label, !HexField(test, "label").empty()) << test["tcId"];
      const auto plaintext = DecryptWith(*key, scheme, HexField(test, "ct"));
      ASSERT_EQ(plaintext.has_value(), IsValid(test) && !has_label) << test["tcId"];
      if (plaintext) {
        EXPECT_TRUE(secret::Equal(*plaintext, HexField(test, "msg"))) << test["tcId"];
      } else {
        EXPECT_EQ(plaintext.error().kind, ErrorKind::kAuthentication) << test["tcId"];
      }
      ++used;
    }
  }
  EXPECT_EQ(used, uint64_t{vectors["numberOfTests"]});
}

TEST(EncryptionWycheproof, Oaep2048Sha1) {
  DecryptAll("rsa_oaep_2048_sha1_mgf1sha1_test.json", KeyType::kRsa2048, EncryptionScheme::kOaepSha1,
             {8, 9, 10, 33, 34, 35, 36});
}

TEST(EncryptionWycheproof, Oaep2048Sha256) {
  DecryptAll("rsa_oaep_2048_sha256_mgf1sha256_test.json", KeyType::kRsa2048, EncryptionScheme::kOaepSha256,
             {8, 9, 10, 33, 34, 35, 36, 37});
}

TEST(EncryptionWycheproof, Oaep3072Sha256) {
  DecryptAll("rsa_oaep_3072_sha256_mgf1sha256_test.json", KeyType::kRsa3072, EncryptionScheme::kOaepSha256,
             {8, 9, 10, 33, 34, 35, 36, 37});
}

TEST(EncryptionWycheproof, Oaep4096Sha256) {
  DecryptAll("rsa_oaep_4096_sha256_mgf1sha256_test.json", KeyType::kRsa4096, EncryptionScheme::kOaepSha256,
             {8, 9, 10, 33, 34, 35, 36, 37});
}

// Why a public key is refused that a reader may take, as the vectors put it ("acceptable").
bool MayBeRefused(simdjson::dom::element test) {
  constexpr std::array<std::string_view, 3> kReasons = {
      "InvalidAsn",       // not DER, or another algorithm: BER lengths, trailing bytes, changed tags and identifiers
      "CompressedPoint",  // RFC 5480 lets a reader leave these out; AWS KMS gives and takes uncompressed points
      "UnnamedCurve",     // explicit parameters, which RFC 5480 forbids, and which once were a way to forge keys
  };
  return std::ranges::any_of(simdjson::dom::array(test["flags"]), [&](std::string_view flag) {
    return std::ranges::find(kReasons, flag) != kReasons.end();
  });
}

// The private keys come as DER's integers, with a zero before a high bit and none for small ones.
Bytes ScalarOf(simdjson::dom::element test, size_t size) {
  Bytes scalar = HexField(test, "private");
  if (scalar.size() > size) scalar.erase(scalar.begin(), scalar.end() - static_cast<ptrdiff_t>(size));
  scalar.insert(scalar.begin(), size - scalar.size(), 0);
  return scalar;
}

// Every valid vector gives its secret. Every other public key is refused when it is parsed, all `acceptable` of those
// that a reader may take among them.
void AgreeAll(std::string_view name, KeyType type, size_t field_size, size_t acceptable) {
  KAGIMORI_LOAD_VECTORS(vectors, name);
  size_t refused = 0;
  size_t used = 0;
  for (auto group : vectors["testGroups"]) {
    for (auto test : group["tests"]) {
      ++used;
      const std::string_view result = test["result"];
      const auto peer = PublicKey::Parse(type, HexField(test, "public"));
      ASSERT_EQ(peer.has_value(), result == "valid") << test["tcId"];
      if (!peer) {
        EXPECT_EQ(peer.error().kind, ErrorKind::kInvalid) << test["tcId"];
        if (result != "acceptable") continue;
        EXPECT_TRUE(MayBeRefused(test)) << test["tcId"];
        ++refused;
        continue;
      }
      const auto key = PrivateKey::Parse(type, SecretBytes::CopyOf(Pkcs8OfScalar(type, ScalarOf(test, field_size))));
      ASSERT_TRUE(key) << test["tcId"];
      const auto shared = AgreeOnSecret(*key, *peer);
      ASSERT_TRUE(shared) << test["tcId"];
      EXPECT_TRUE(secret::Equal(*shared, HexField(test, "shared"))) << test["tcId"];
    }
  }
  EXPECT_EQ(refused, acceptable);
  EXPECT_EQ(used, uint64_t{vectors["numberOfTests"]});
}

TEST(EncryptionWycheproof, EcdhP256) { AgreeAll("ecdh_secp256r1_test.json", KeyType::kP256, 32, 230); }
TEST(EncryptionWycheproof, EcdhP384) { AgreeAll("ecdh_secp384r1_test.json", KeyType::kP384, 48, 230); }
TEST(EncryptionWycheproof, EcdhP521) { AgreeAll("ecdh_secp521r1_test.json", KeyType::kP521, 66, 228); }

}  // namespace
}  // namespace kagimori::crypto
