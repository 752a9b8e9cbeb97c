#include "oidc/jwk_set.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace kagimori::oidc {
namespace {

std::string KeysFile() {
  std::ifstream in(std::string(KAGIMORI_OIDC_TESTDATA) + "/keys.json");
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

// P-256's generator: a point on the curve.
constexpr std::string_view kX = "axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY";
constexpr std::string_view kY = "T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU";

std::string EcKey(std::string_view members) {
  return fmt::format(R"({{"keys":[{{"kty":"EC","crv":"P-256","x":"{}","y":"{}"{}}}]}})", kX, kY, members);
}

TEST(JwkSet, ReadsKeysOfAnotherImplementation) {
  auto set = JwkSet::Parse(KeysFile());
  ASSERT_TRUE(set) << set.error().text;
  std::vector<crypto::KeyType> types;
  for (const Jwk& key : (*set)->keys()) types.push_back(key.key.type());
  EXPECT_EQ(types, (std::vector{crypto::KeyType::kRsa2048, crypto::KeyType::kRsa4096, crypto::KeyType::kP256,
                                crypto::KeyType::kP384, crypto::KeyType::kP521, crypto::KeyType::kEd25519}));
  EXPECT_TRUE((*set)->Has("ES512"));
  EXPECT_FALSE((*set)->Has("es512"));
}

TEST(JwkSet, TakesTheMembersOfAKey) {
  ASSERT_TRUE(JwkSet::Parse(EcKey("")));
  auto set = JwkSet::Parse(EcKey(R"(,"alg":"ES256","use":"sig","key_ops":["verify"],"kid":"a\u0062","x5c":[1])"));
  ASSERT_TRUE(set);
  EXPECT_EQ((*set)->keys().at(0).id, "ab");
  EXPECT_EQ((*set)->keys().at(0).algorithm, Algorithm::kEs256);
}

TEST(JwkSet, SkipsWhatItCannotUse) {
  for (std::string_view members : {R"(,"use":"enc")", R"(,"key_ops":["sign"])", R"(,"d":"AQ")", R"(,"alg":"HS256")",
                                   R"(,"alg":"none")", R"(,"alg":"RS256")", R"(,"alg":"ES384")", R"(,"kid":7)",
                                   R"(,"kid":null)", R"(,"kid":"a","kid":"b")", R"(,"use":["sig"])"}) {
    EXPECT_FALSE(JwkSet::Parse(EcKey(members))) << members;
  }
  // Beside a key that it can, without ado.
  std::string mixed = EcKey("");
  mixed.insert(mixed.find('[') + 1, R"({"kty":"oct","k":"AAAA"},{"kty":"RSA","n":"AQAB","e":"AQAB"},7,[],)");
  auto set = JwkSet::Parse(mixed);
  ASSERT_TRUE(set);
  EXPECT_EQ((*set)->keys().size(), 1U);
}

TEST(JwkSet, RefusesBadNumbers) {
  for (std::string_view key : {
           R"({"kty":"EC","crv":"P-256","x":"AA","y":"AA"})",        // short
           R"({"kty":"EC","crv":"P-384","x":"{x}","y":"{y}"})",      // of another curve
           R"({"kty":"EC","crv":"secp256k1","x":"{x}","y":"{y}"})",  // not taken
           R"({"kty":"EC","crv":"P-256","x":"{x}","y":"{x}"})",      // not on the curve
           R"({"kty":"EC","crv":"P-256","x":"{x}=","y":"{y}"})",     // padded
           R"({"kty":"EC","crv":"P-256","x":"{x}"})",                // half of it
           R"({"kty":"RSA","n":"AAAA","e":"AQAB"})",
           R"({"kty":"RSA","e":"AQAB"})",  // zero; none
           R"({"kty":"OKP","crv":"Ed25519","x":"AA"})",
           R"({"kty":"OKP","crv":"X25519","x":"{x}"})",
           R"({})",
       }) {
    std::string text(key);
    for (auto [from, to] : {std::pair{"{x}", kX}, std::pair{"{y}", kY}}) {
      for (size_t at; (at = text.find(from)) != text.npos;) text.replace(at, 3, to);
    }
    EXPECT_FALSE(JwkSet::Parse(R"({"keys":[)" + text + "]}")) << text;
  }
}

TEST(JwkSet, RefusesOtherDocuments) {
  for (std::string_view text :
       {"", "[]", "{}", R"({"keys":[]})", R"({"keys":{}})", R"({"keys":[],"keys":[]})", "null"}) {
    EXPECT_FALSE(JwkSet::Parse(text)) << text;
  }
  EXPECT_FALSE(JwkSet::Parse(EcKey("") + std::string(kMaxJwkSetSize, ' ')));
  std::string many = R"({"keys":[)";
  for (size_t i = 0; i <= kMaxJwks; ++i) many += i == 0 ? "{}" : ",{}";
  EXPECT_FALSE(JwkSet::Parse(many + "]}"));
}

}  // namespace
}  // namespace kagimori::oidc
