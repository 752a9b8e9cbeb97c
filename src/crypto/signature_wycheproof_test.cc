#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <string_view>

#include "crypto/hash_internal.h"
#include "crypto/signature.h"
#include "crypto/testing/vectors.h"

namespace kagimori::crypto {
namespace {

using Document = simdjson::dom::element;

struct VectorSet {
  const char* file;
  KeyType type;
  SignatureScheme scheme;
  // Every case that we do not answer as the vectors do, by its tcId: what we answer, and why. A case that is missing
  // here, or that is here and answers as the vectors do, fails the test.
  struct Deviation {
    bool valid;
    const char* why;
  };
  std::map<uint64_t, Deviation> deviations;
};

constexpr const char* kNoNull =
    "\"acceptable\": the AlgorithmIdentifier lacks its NULL, which RFC 8017 (appendix B.1) asks for when encoding";
constexpr const char* kExponent = "valid, under a key with e = 3, which is no PublicKey of ours (FIPS 186-5: e > 2^16)";
constexpr const char* kContext = "valid under a context string, but ours is the empty one always";

std::string NameOf(const testing::TestParamInfo<VectorSet>& info) {
  std::string name = info.param.file;
  return name.substr(0, name.find("_test.json"));
}

class SignatureWycheproof : public testing::TestWithParam<VectorSet> {};

// As an API caller is answered: a key that is not parsed verifies nothing.
bool IsValidSignature(const VectorSet& set, const Result<PublicKey>& key, ByteView message, ByteView signature) {
  if (!key) return false;
  const bool raw = Verify(*key, set.scheme, MessageForm::kRaw, secret::SecretBytes::CopyOf(message), signature);
  if (set.scheme <= SignatureScheme::kEcdsaSha512) {
    Bytes digest(HashSize(HashOf(set.scheme)));
    internal::ComputeHash(HashOf(set.scheme), message, digest);
    EXPECT_EQ(Verify(*key, set.scheme, MessageForm::kDigest, secret::SecretBytes::CopyOf(digest), signature), raw);
  }
  return raw;
}

TEST_P(SignatureWycheproof, EveryCase) {
  const VectorSet& set = GetParam();
  KAGIMORI_LOAD_VECTORS(vectors, set.file);
  uint64_t used = 0;
  size_t deviations = 0;
  for (Document group : vectors["testGroups"]) {
    const Result<PublicKey> key = PublicKey::Parse(set.type, HexField(group, "publicKeyDer"));
    for (Document test : group["tests"]) {
      ++used;
      const uint64_t id = test["tcId"];
      const std::string_view expected = test["result"];
      const bool valid = IsValidSignature(set, key, HexField(test, "msg"), HexField(test, "sig"));
      if (auto deviation = set.deviations.find(id); deviation != set.deviations.end()) {
        ++deviations;
        EXPECT_EQ(valid, deviation->second.valid) << id << ": " << deviation->second.why;
        EXPECT_NE(expected, valid ? "valid" : "invalid") << id << " is no deviation";
      } else {
        EXPECT_EQ(expected, valid ? "valid" : "invalid") << id << ": " << test["comment"];
      }
    }
  }
  EXPECT_EQ(used, uint64_t{vectors["numberOfTests"]});
  EXPECT_EQ(deviations, set.deviations.size());
}

INSTANTIATE_TEST_SUITE_P(
    Rsa, SignatureWycheproof,
    testing::Values(
        VectorSet{"rsa_signature_2048_sha256_test.json",
                  KeyType::kRsa2048,
                  SignatureScheme::kRsaPkcs1Sha256,
                  {{8, {false, kNoNull}}, {258, {false, kExponent}}, {259, {false, kExponent}}}},
        VectorSet{"rsa_signature_3072_sha384_test.json",
                  KeyType::kRsa3072,
                  SignatureScheme::kRsaPkcs1Sha384,
                  {{8, {false, kNoNull}}}},
        VectorSet{"rsa_signature_4096_sha512_test.json",
                  KeyType::kRsa4096,
                  SignatureScheme::kRsaPkcs1Sha512,
                  {{8, {false, kNoNull}}}},
        VectorSet{"rsa_pss_2048_sha256_mgf1_32_test.json", KeyType::kRsa2048, SignatureScheme::kRsaPssSha256, {}},
        VectorSet{"rsa_pss_3072_sha256_mgf1_32_test.json", KeyType::kRsa3072, SignatureScheme::kRsaPssSha256, {}},
        VectorSet{"rsa_pss_4096_sha384_mgf1_48_test.json", KeyType::kRsa4096, SignatureScheme::kRsaPssSha384, {}},
        VectorSet{"rsa_pss_4096_sha512_mgf1_64_test.json", KeyType::kRsa4096, SignatureScheme::kRsaPssSha512, {}}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    EllipticCurves, SignatureWycheproof,
    testing::Values(VectorSet{"ecdsa_secp256r1_sha256_test.json", KeyType::kP256, SignatureScheme::kEcdsaSha256, {}},
                    VectorSet{"ecdsa_secp384r1_sha384_test.json", KeyType::kP384, SignatureScheme::kEcdsaSha384, {}},
                    VectorSet{"ecdsa_secp521r1_sha512_test.json", KeyType::kP521, SignatureScheme::kEcdsaSha512, {}},
                    VectorSet{
                        "ecdsa_secp256k1_sha256_test.json", KeyType::kSecp256k1, SignatureScheme::kEcdsaSha256, {}},
                    VectorSet{"ed25519_test.json", KeyType::kEd25519, SignatureScheme::kEd25519, {}}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(MlDsa, SignatureWycheproof,
                         testing::Values(VectorSet{"mldsa_44_verify_test.json",
                                                   KeyType::kMlDsa44,
                                                   SignatureScheme::kMlDsa,
                                                   {{3, {false, kContext}}, {4, {false, kContext}}}},
                                         VectorSet{"mldsa_65_verify_test.json",
                                                   KeyType::kMlDsa65,
                                                   SignatureScheme::kMlDsa,
                                                   {{3, {false, kContext}}, {4, {false, kContext}}}},
                                         VectorSet{"mldsa_87_verify_test.json",
                                                   KeyType::kMlDsa87,
                                                   SignatureScheme::kMlDsa,
                                                   {{3, {false, kContext}}, {4, {false, kContext}}}}),
                         NameOf);

}  // namespace
}  // namespace kagimori::crypto
