#include "oidc/jwt.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>

#include "base/base64url.h"
#include "oidc/validation.h"

namespace kagimori::oidc {
namespace {

const JwkSet& Keys() {
  static const std::shared_ptr<const JwkSet> keys = [] {
    std::ifstream in(std::string(KAGIMORI_OIDC_TESTDATA) + "/keys.json");
    std::stringstream text;
    text << in.rdbuf();
    return JwkSet::Parse(text.str()).value();
  }();
  return *keys;
}

const std::map<std::string, std::string>& Tokens() {
  static const std::map<std::string, std::string> tokens = [] {
    std::map<std::string, std::string> read;
    std::ifstream in(std::string(KAGIMORI_OIDC_TESTDATA) + "/tokens.txt");
    for (std::string name, token; in >> name >> token;) read[name] = token;
    return read;
  }();
  return tokens;
}

std::string Compact(std::string_view header, std::string_view claims) {
  return Base64UrlEncode(AsBytes(header)) + "." + Base64UrlEncode(AsBytes(claims)) + ".AAAA";
}
constexpr std::string_view kHeader = R"({"alg":"ES256"})";
constexpr std::string_view kClaims = R"({"iss":"https://i","sub":"s","aud":"a","exp":2,"iat":1})";

TEST(Jwt, SignaturesOfAnotherImplementation) {
  int verified = 0;
  for (const auto& [name, text] : Tokens()) {
    auto token = ParseJwt(text);
    if (name == "critical") {
      EXPECT_FALSE(token);
      continue;
    }
    ASSERT_TRUE(token) << name << ": " << token.error().text;
    const bool good = name != "wrong-key-id" && name != "not-in-the-set";
    EXPECT_EQ(VerifySignature(*token, Keys()), good) << name;
    verified += good ? 1 : 0;
  }
  EXPECT_EQ(verified, 18);
}

TEST(Jwt, EveryChangedCharacterIsNoticed) {
  for (std::string_view name : {"ES256", "RS256-rsa-2048", "EdDSA"}) {
    const std::string& text = Tokens().at(std::string(name));
    for (size_t i = 0; i < text.size(); i += 7) {
      std::string changed = text;
      changed[i] = changed[i] == 'A' ? 'B' : 'A';
      auto token = ParseJwt(changed);
      EXPECT_FALSE(token && VerifySignature(*token, Keys())) << name << " at " << i;
    }
    for (size_t size = 0; size < text.size(); size += 11) {
      auto token = ParseJwt(text.substr(0, size));
      EXPECT_FALSE(token && VerifySignature(*token, Keys())) << name << " cut to " << size;
    }
  }
}

TEST(Jwt, SaysWhatItsClaimsSay) {
  auto token = ParseJwt(Tokens().at("ES384"));
  ASSERT_TRUE(token);
  EXPECT_EQ(token->key_id, "ES384");
  EXPECT_EQ(token->issuer, "https://token.example.com/tenant");
  EXPECT_EQ(token->subject, "repo:octo/app:ref:refs/heads/main");
  EXPECT_EQ(token->audiences, (std::vector<std::string>{"sts.amazonaws.com", "other"}));
  EXPECT_EQ(token->authorized_party, "client-1");
  EXPECT_EQ(token->methods, (std::vector<std::string>{"authenticated", "mfa"}));
  EXPECT_EQ(token->issued.millis, 1'800'000'000'000);
  EXPECT_EQ(token->not_before->millis, 1'800'000'000'500);
  EXPECT_EQ(token->expires.millis, 1'800'003'600'000);
  EXPECT_EQ(ParseJwt(Tokens().at("one-audience"))->audiences, std::vector<std::string>{"sts.amazonaws.com"});
}

TEST(Jwt, RefusesAlgorithmsThatProveNothing) {
  ASSERT_TRUE(ParseJwt(Compact(kHeader, kClaims)));
  for (std::string_view header :
       {R"({"alg":"none"})", R"({"alg":"None"})", R"({"alg":"HS256"})", R"({"alg":"HS512"})", R"({"alg":""})",
        R"({"alg":"es256"})", R"({"alg":["ES256"]})", R"({"alg":null})", R"({})", R"({"alg":"ES256","alg":"none"})",
        R"({"alg":"ES256","crit":[]})", R"({"alg":"ES256","b64":false})", R"({"alg":"ES256","kid":1})", "[]"}) {
    EXPECT_FALSE(ParseJwt(Compact(header, kClaims))) << header;
  }
  std::string unsigned_token = Compact(R"({"alg":"ES256"})", kClaims);
  unsigned_token.resize(unsigned_token.rfind('.') + 1);
  EXPECT_FALSE(ParseJwt(unsigned_token));
}

TEST(Jwt, RefusesOtherClaims) {
  for (std::string_view claims : {
           R"({"sub":"s","aud":"a","exp":2,"iat":1})",
           R"({"iss":"https://i","aud":"a","exp":2,"iat":1})",
           R"({"iss":"https://i","sub":"s","exp":2,"iat":1})",
           R"({"iss":"https://i","sub":"s","aud":"a","iat":1})",
           R"({"iss":"https://i","sub":"s","aud":"a","exp":2})",
           R"({"iss":"https://i","sub":"s","aud":[],"exp":2,"iat":1})",
           R"({"iss":"https://i","sub":"","aud":"a","exp":2,"iat":1})",
           R"({"iss":"https://i","sub":"s","aud":"a","exp":"2","iat":1})",
           R"({"iss":"https://i","sub":"s","aud":"a","exp":1e300,"iat":1})",
           R"({"iss":"https://i","sub":"s","aud":"a","exp":-2,"iat":1})",
           R"({"iss":"https://i","sub":"s","sub":"t","aud":"a","exp":2,"iat":1})",
           R"({"iss":"https://i","sub":"s","aud":["a",1],"exp":2,"iat":1})",
           R"({"iss":"https://i","sub":"s","aud":"a","exp":2,"iat":1,"azp":["x"]})",
           R"({"iss":"https://i","sub":"s","aud":"a","exp":2,"iat":1,"nbf":"x"})",
       }) {
    EXPECT_FALSE(ParseJwt(Compact(kHeader, claims))) << claims;
  }
}

TEST(Jwt, RefusesOtherForms) {
  const std::string good = Compact(kHeader, kClaims);
  for (const std::string& text :
       {std::string(), std::string(".."), good + ".", good + ".AAAA.AAAA", good + "=", " " + good, good + "\n",
        std::string("AAAA.AAAA.AAAA"), std::string(kMaxJwtSize + 1, 'A')}) {
    EXPECT_FALSE(ParseJwt(text)) << text;
  }
}

TEST(Jwt, SignaturesOfAWrongLength) {
  auto token = ParseJwt(Tokens().at("ES256"));
  ASSERT_TRUE(token);
  const Bytes good = token->signature;
  for (size_t size : {0U, 1U, 63U, 65U, 96U, 128U}) {
    token->signature = good;
    token->signature.resize(size);
    EXPECT_FALSE(VerifySignature(*token, Keys())) << size;
  }
  token->signature.assign(64, 0);
  EXPECT_FALSE(VerifySignature(*token, Keys()));
}

TEST(ValidateToken, ItsTimes) {
  auto token = ParseJwt(Tokens().at("EdDSA"));
  ASSERT_TRUE(token);
  const auto fault = [&](int64_t seconds) -> std::optional<TokenRefusal::Fault> {
    auto valid = ValidateToken(*token, Keys(), {seconds * 1000});
    if (valid) return std::nullopt;
    return valid.error().fault;
  };
  EXPECT_EQ(fault(1'800'000'001), std::nullopt);
  EXPECT_EQ(fault(1'799'999'950), std::nullopt);  // an issuer's clock that is ahead
  EXPECT_EQ(fault(1'799'999'900), TokenRefusal::Fault::kNotYetValid);
  EXPECT_EQ(fault(1'800'003'599), std::nullopt);
  EXPECT_EQ(fault(1'800'003'600), TokenRefusal::Fault::kExpired);
  token->signed_text[0] = 'f';
  EXPECT_EQ(fault(1'800'003'600), TokenRefusal::Fault::kSignature);
}

TEST(ValidateToken, WordsOfAnExpiredOne) {
  auto token = ParseJwt(Tokens().at("EdDSA"));
  auto valid = ValidateToken(*token, Keys(), {1'900'000'000'000});
  ASSERT_FALSE(valid);
  EXPECT_EQ(valid.error().text,
            "Token expired: current date/time 1900000000 must be before the expiration date/time 1800003600");
}

}  // namespace
}  // namespace kagimori::oidc
