#include <fmt/format.h>
#include <gtest/gtest.h>

#include <optional>

#include "base/base64url.h"
#include "crypto/signature.h"
#include "identity/sessions.h"
#include "identity/testing/test_account.h"
#include "seal/testing/test_store.h"
#include "sts/assume_role_with_web_identity.h"

namespace kagimori::sts {
namespace {

constexpr Timestamp kNow{1'800'000'000'000};
constexpr std::string_view kIssuer = "https://token.example.com/tenant";
constexpr std::string_view kName = "token.example.com/tenant";
constexpr std::string_view kProvider = "arn:aws:iam::111122223333:oidc-provider/token.example.com/tenant";
constexpr std::string_view kRole = "arn:aws:iam::111122223333:role/Deploy";

// An issuer with one Ed25519 key.
struct Issuer {
  crypto::NewKeyPair pair = crypto::GenerateKeyPair(crypto::KeyType::kEd25519);
  mutable oidc::IssuerKeys keys{
      {.pinned = {{std::string(kIssuer),
                   oidc::JwkSet::Parse(fmt::format(R"({{"keys":[{{"kty":"OKP","crv":"Ed25519","x":"{}"}}]}})",
                                                   Base64UrlEncode(ByteView(pair.spki).last(32))))
                       .value()}},
       .fetched = {}},
      [](const std::string&, size_t) -> Result<std::string> { return Fail(ErrorKind::kIo, "nobody is asked"); }};

  std::string Token(std::string_view claims) const {
    const std::string text = Base64UrlEncode(AsBytes(R"({"alg":"EdDSA"})")) + "." + Base64UrlEncode(AsBytes(claims));
    auto key = crypto::PrivateKey::Parse(crypto::KeyType::kEd25519, pair.pkcs8).value();
    return text + "." +
           Base64UrlEncode(crypto::Sign(key, crypto::SignatureScheme::kEd25519, crypto::MessageForm::kRaw,
                                        secret::SecretTesting::FromText(text))
                               .value());
  }
};

const Issuer& TheIssuer() {
  static const Issuer* issuer = new Issuer;
  return *issuer;
}

std::string Claims(std::string_view more = R"("aud":"app")", std::string_view subject = "repo:octo/app") {
  return fmt::format(R"({{"iss":"{}","sub":"{}","iat":1800000000,"exp":1800003600,{}}})", kIssuer, subject, more);
}

std::string Trust(std::string_view condition = "{}", std::string_view principal = kProvider) {
  return fmt::format(R"({{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Principal":{{"Federated":"{}"}},)"
                     R"("Action":"sts:AssumeRoleWithWebIdentity","Condition":{}}}}})",
                     principal, condition);
}

std::shared_ptr<const identity::AccountSnapshot> Account(std::string trust) {
  return identity::TestAccount()
      .AddRole("Deploy", "AROADEPLOY", std::move(trust))
      .AddProvider(std::string(kName), {"app", "other-app"})
      .snapshot();
}

// All steps; the answer's XML, or "Code: message".
std::string Assume(const std::string& token, std::string trust = Trust(), std::string_view more = "") {
  static const seal::TestStore* store = new seal::TestStore;
  const auto owner = Account(std::move(trust));
  const auto run = [&]() -> StsResult<StsAnswer> {
    auto parameters = wire::QueryParameters::ParseForm(
        fmt::format("RoleArn={}&RoleSessionName=work&WebIdentityToken={}{}", kRole, token, more));
    auto request = ParseAssumeRoleWithWebIdentity(*parameters);
    if (!request) return std::unexpected(request.error());
    auto provider = FindProvider(*request, *owner);
    if (!provider) return std::unexpected(provider.error());
    auto keys = FindKeys(*request, &TheIssuer().keys);
    if (!keys) return std::unexpected(keys.error());
    auto identity = VerifyWebIdentity(*request, **provider, **keys, kNow);
    if (!identity) return std::unexpected(identity.error());
    const authz::CallFacts facts{
        .caller = nullptr, .region = *Region::Parse("us-east-1"), .now = kNow, .source_ip = "192.0.2.1"};
    const authz::GlobalContext context(facts);
    const StsCall call{
        .request_id = "request", .now = kNow, .hierarchy = *store->hierarchy, .context = context, .caller = nullptr};
    return AssumeRoleWithWebIdentity(call, *request, *identity, **provider, *owner);
  };
  const StsResult<StsAnswer> answer = run();
  return answer ? answer->body : std::string(answer.error().code) + ": " + answer.error().message;
}

bool Has(const std::string& xml, std::string_view name, std::string_view value) {
  return xml.find(fmt::format("<{}>{}</{}>", name, value, name)) != xml.npos;
}

constexpr std::string_view kDenied = "AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity";

TEST(WebIdentity, BecomesARole) {
  const std::string xml = Assume(TheIssuer().Token(Claims()));
  EXPECT_TRUE(Has(xml, "Arn", "arn:aws:sts::111122223333:assumed-role/Deploy/work")) << xml;
  EXPECT_TRUE(Has(xml, "SubjectFromWebIdentityToken", "repo:octo/app"));
  EXPECT_TRUE(Has(xml, "Audience", "app"));
  EXPECT_TRUE(Has(xml, "Provider", kIssuer));
}

TEST(WebIdentity, ConditionsOnItsClaims) {
  const std::string trust = Trust(
      fmt::format(R"({{"StringEquals":{{"{}:aud":"app"}},"StringLike":{{"{}:sub":"repo:octo/*"}}}})", kName, kName));
  EXPECT_TRUE(Assume(TheIssuer().Token(Claims()), trust).starts_with("<"));
  EXPECT_EQ(Assume(TheIssuer().Token(Claims(R"("aud":"other-app")")), trust), kDenied);
  EXPECT_EQ(Assume(TheIssuer().Token(Claims(R"("aud":"app")", "repo:evil/app")), trust), kDenied);
  const std::string amr = Trust(fmt::format(R"({{"ForAnyValue:StringEquals":{{"{}:amr":"mfa"}}}})", kName));
  EXPECT_TRUE(Assume(TheIssuer().Token(Claims(R"("aud":"app","amr":["pwd","mfa"])")), amr).starts_with("<"));
  EXPECT_EQ(Assume(TheIssuer().Token(Claims()), amr), kDenied);
  EXPECT_EQ(
      Assume(TheIssuer().Token(Claims()), Trust("{}", "arn:aws:iam::111122223333:oidc-provider/token.example.com")),
      kDenied);
}

TEST(WebIdentity, Audiences) {
  EXPECT_TRUE(Has(Assume(TheIssuer().Token(Claims(R"("aud":["x","other-app"])"))), "Audience", "other-app"));
  EXPECT_TRUE(Has(Assume(TheIssuer().Token(Claims(R"("aud":"resource","azp":"app")"))), "Audience", "app"));
  for (std::string_view claims : {R"("aud":"x")", R"("aud":["x","y"])", R"("aud":"app","azp":"x")"}) {
    EXPECT_EQ(Assume(TheIssuer().Token(Claims(claims))), "InvalidIdentityToken: Incorrect token audience") << claims;
  }
}

TEST(WebIdentity, TokensThatAreNone) {
  std::string changed = TheIssuer().Token(Claims());
  changed[changed.size() - 10] = changed[changed.size() - 10] == 'A' ? 'B' : 'A';
  EXPECT_TRUE(Assume(changed).starts_with("InvalidIdentityToken: Couldn't retrieve verification key"));
  EXPECT_TRUE(Assume("AAAA.AAAA.AAAA").starts_with("InvalidIdentityToken: The ID Token provided is not a valid JWT."));
  EXPECT_TRUE(Assume(TheIssuer().Token(fmt::format(
                         R"({{"iss":"{}","sub":"s","aud":"app","iat":1799990000,"exp":1800000000}})", kIssuer)))
                  .starts_with("ExpiredTokenException: Token expired: current date/time 1800000000 must be before"));
  for (std::string_view issuer : {"https://token.example.com/other", "https://token.example.com/Tenant",
                                  "token.example.com/tenant", "http://token.example.com/tenant"}) {
    EXPECT_TRUE(Assume(TheIssuer().Token(fmt::format(
                           R"({{"iss":"{}","sub":"s","aud":"app","iat":1800000000,"exp":1800003600}})", issuer)))
                    .starts_with("InvalidIdentityToken: No OpenIDConnect provider found in your account for "))
        << issuer;
  }
}

TEST(WebIdentity, Parameters) {
  EXPECT_TRUE(Assume("abc").starts_with(
      "ValidationError: 1 validation error detected: Value at 'webIdentityToken' failed to satisfy constraint"));
  EXPECT_TRUE(
      Assume(TheIssuer().Token(Claims()), Trust(), "&ProviderId=graph.facebook.com").starts_with("ValidationError: "));
  EXPECT_EQ(Assume(TheIssuer().Token(Claims()), Trust(), "&DurationSeconds=3601"),
            "ValidationError: The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
}

}  // namespace
}  // namespace kagimori::sts
