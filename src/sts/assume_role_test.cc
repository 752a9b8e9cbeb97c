#include "sts/assume_role.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>

#include "identity/sessions.h"
#include "identity/testing/test_account.h"
#include "seal/testing/test_store.h"
#include "sts/assume_role_with_web_identity.h"
#include "sts/get_access_key_info.h"
#include "sts/get_federation_token.h"
#include "sts/get_session_token.h"

namespace kagimori::sts {
namespace {

using identity::Principal;

constexpr Timestamp kNow{1'800'000'000'000};
const AccountId kAccount = AccountId::FromNumber(111122223333);
constexpr std::string_view kAlice = "arn:aws:iam::111122223333:user/alice";
constexpr std::string_view kRole = "arn:aws:iam::111122223333:role/Reader";

std::string Trust(std::string_view principal, std::string_view actions, std::string_view condition = "{}") {
  return fmt::format(
      R"({{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Principal":{},"Action":{},"Condition":{}}}}})",
      principal, actions, condition);
}
std::string TrustsAlice(std::string_view condition = "{}", std::string_view actions = R"("sts:AssumeRole")") {
  return Trust(fmt::format(R"({{"AWS":"{}"}})", kAlice), actions, condition);
}
const std::map<std::string, std::string, std::less<>> kBindings = {{std::string(kAlice), "AIDAALICE"}};
const std::string kMayAssumeAll =
    R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:*","Resource":"*"}})";

// A caller, her account and the things that a call needs.
class Caller {
 public:
  Caller(const identity::TestAccount& account, Principal principal,
         std::shared_ptr<const identity::Session> session = {})
      : account_(account.snapshot()),
        caller_(*identity::ResolveCaller(std::make_shared<const Principal>(std::move(principal)), std::move(session),
                                         account_)),
        view_(caller_),
        facts_{.caller = &caller_,
               .region = *Region::Parse("us-east-1"),
               .now = kNow,
               .source_ip = "192.0.2.1",
               .secure_transport = true},
        context_(facts_) {}

  StsCall call() const {
    return {
        .request_id = "request", .now = kNow, .hierarchy = *Store().hierarchy, .context = context_, .caller = &view_};
  }
  const identity::AccountSnapshot& account() const { return *account_; }

  // The answer's XML, or "Code: message".
  std::string Assume(std::string parameters) const {
    auto parsed = wire::QueryParameters::ParseForm(parameters);
    auto request = ParseAssumeRole(*parsed);
    return Text(request ? AssumeRole(call(), *request, *account_) : std::unexpected(request.error()));
  }
  static std::string Text(const StsResult<StsAnswer>& answer) {
    if (answer) return answer->body;
    return std::string(answer.error().code) + ": " + answer.error().message;
  }
  static seal::TestStore& Store() {
    static seal::TestStore* store = new seal::TestStore;
    return *store;
  }

 private:
  std::shared_ptr<const identity::AccountSnapshot> account_;
  identity::Caller caller_;
  authz::CallerView view_;
  authz::CallFacts facts_;
  authz::GlobalContext context_;
};

Principal Alice() {
  return {.kind = Principal::Kind::kUser,
          .account = kAccount,
          .arn = std::string(kAlice),
          .unique_id = "AIDAALICE",
          .name = "alice"};
}
Principal Root() {
  return {.kind = Principal::Kind::kRoot,
          .account = kAccount,
          .arn = "arn:aws:iam::111122223333:root",
          .unique_id = "111122223333",
          .name = {}};
}

std::string Element(const std::string& xml, std::string_view name) {
  const std::string open = fmt::format("<{}>", name);
  const size_t at = xml.find(open);
  if (at == xml.npos) return "";
  return xml.substr(at + open.size(), xml.find("</", at) - at - open.size());
}

// What the credentials in an answer are of.
std::shared_ptr<const identity::Session> SessionIn(const std::string& xml) {
  static identity::Sessions* sessions = new identity::Sessions(Caller::Store().hierarchy.get());
  const std::string key = Element(xml, "AccessKeyId"), token = Element(xml, "SessionToken");
  auto session = sessions->Open(identity::NameOfSession(key, token), key, token, kNow);
  EXPECT_TRUE(session) << xml;
  return session.value_or(nullptr);
}

std::string Ask(std::string_view more = "") { return fmt::format("RoleArn={}&RoleSessionName=work{}", kRole, more); }

identity::TestAccount Account(std::string trust, std::string alices_policy = "") {
  return identity::TestAccount()
      .AddUser("alice", "AIDAALICE", std::move(alices_policy))
      .AddRole("Reader", "AROAREADER", std::move(trust), kBindings, kMayAssumeAll, 7200);
}

constexpr std::string_view kDenied =
    "AccessDenied: User: arn:aws:iam::111122223333:user/alice is not authorized to perform: sts:AssumeRole on "
    "resource: "
    "arn:aws:iam::111122223333:role/Reader";

TEST(AssumeRole, GivesASessionOfTheRole) {
  const std::string xml = Caller(Account(TrustsAlice()), Alice()).Assume(Ask());
  EXPECT_EQ(Element(xml, "Arn"), "arn:aws:sts::111122223333:assumed-role/Reader/work");
  EXPECT_EQ(Element(xml, "AssumedRoleId"), "AROAREADER:work");
  EXPECT_EQ(Element(xml, "Expiration"), FormatIso(kNow + std::chrono::hours(1)));
  EXPECT_EQ(Element(xml, "SecretAccessKey").size(), 40U);
  EXPECT_EQ(xml.find("PackedPolicySize"), xml.npos);
  auto session = SessionIn(xml);
  ASSERT_NE(session, nullptr);
  EXPECT_EQ(session->content.issuer_id, "AROAREADER");
  EXPECT_FALSE(session->has_session_policies());
}

TEST(AssumeRole, RefusedAndUnknownRolesAreAnsweredAlike) {
  EXPECT_EQ(Caller(Account(Trust(R"({"AWS":"arn:aws:iam::111122223333:user/bob"})", R"("sts:AssumeRole")")), Alice())
                .Assume(Ask()),
            kDenied);
  EXPECT_EQ(Caller(identity::TestAccount().AddUser("alice", "AIDAALICE", kMayAssumeAll), Alice()).Assume(Ask()),
            kDenied);
  // Trusted by name once, and another user by that name now.
  auto account =
      identity::TestAccount().AddUser("alice", "AIDANEW").AddRole("Reader", "AROAREADER", TrustsAlice(), kBindings);
  Principal successor = Alice();
  successor.unique_id = "AIDANEW";
  EXPECT_EQ(Caller(account, successor).Assume(Ask()), kDenied);
}

TEST(AssumeRole, ATrustInTheAccountAsksTheCallersOwnPolicies) {
  const std::string trust = Trust(R"({"AWS":"111122223333"})", R"("sts:AssumeRole")");
  EXPECT_EQ(Caller(Account(trust), Alice()).Assume(Ask()), kDenied);
  EXPECT_NE(SessionIn(Caller(Account(trust, kMayAssumeAll), Alice()).Assume(Ask())), nullptr);
}

TEST(AssumeRole, AnExplicitDenyOfTheCallersWins) {
  const std::string deny = R"({"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"sts:*","Resource":"*"}})";
  EXPECT_EQ(Caller(Account(TrustsAlice(), deny), Alice()).Assume(Ask()), kDenied);
}

TEST(AssumeRole, ConditionsOfTheTrustPolicy) {
  const auto with = [](std::string_view condition, std::string_view more) {
    return Caller(Account(TrustsAlice(condition)), Alice()).Assume(Ask(more));
  };
  constexpr std::string_view kExternal = R"({"StringEquals":{"sts:ExternalId":"secret-1"}})";
  EXPECT_EQ(with(kExternal, ""), kDenied);
  EXPECT_EQ(with(kExternal, "&ExternalId=secret-2"), kDenied);
  EXPECT_NE(SessionIn(with(kExternal, "&ExternalId=secret-1")), nullptr);
  constexpr std::string_view kName = R"({"StringLike":{"sts:RoleSessionName":"w*k"}})";
  EXPECT_NE(SessionIn(with(kName, "")), nullptr);
  EXPECT_EQ(with(R"({"StringEquals":{"sts:RoleSessionName":"${aws:username}"}})", ""), kDenied);
}

TEST(AssumeRole, RootMayNot) {
  EXPECT_EQ(Caller(Account(TrustsAlice()), Root()).Assume(Ask()),
            "AccessDenied: Roles may not be assumed by root accounts.");
}

TEST(AssumeRole, Durations) {
  const Caller alice(Account(TrustsAlice()), Alice());
  EXPECT_EQ(Element(alice.Assume(Ask("&DurationSeconds=7200")), "Expiration"), FormatIso(kNow + std::chrono::hours(2)));
  EXPECT_EQ(alice.Assume(Ask("&DurationSeconds=7201")),
            "ValidationError: The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
  EXPECT_EQ(
      alice.Assume(Ask("&DurationSeconds=899")),
      "ValidationError: 1 validation error detected: Value '899' at 'durationSeconds' failed to satisfy constraint: "
      "Member must have value greater than or equal to 900");
}

TEST(AssumeRole, Parameters) {
  const Caller alice(Account(TrustsAlice()), Alice());
  EXPECT_EQ(alice.Assume("RoleArn=arn:aws:iam::111122223333:user/alice&RoleSessionName=work"),
            "ValidationError: Request ARN is invalid");
  EXPECT_EQ(
      alice.Assume("RoleSessionName=a+b"),
      "ValidationError: 2 validation errors detected: Value null at 'roleArn' failed to satisfy constraint: Member "
      "must not be null; Value 'a b' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular "
      "expression pattern: [\\w+=,.@-]*");
  EXPECT_TRUE(alice.Assume(Ask("&SerialNumber=arn:aws:iam::1:mfa/x&TokenCode=123456"))
                  .starts_with("AccessDenied: MultiFactorAuthentication failed"));
}

TEST(AssumeRole, SessionPolicies) {
  const Caller alice(Account(TrustsAlice()), Alice());
  const std::string policy =
      "%7B%22Version%22:%222012-10-17%22,%22Statement%22:%7B%22Effect%22:%22Allow%22,%22Action%22:"
      "%22kms:Encrypt%22,%22Resource%22:%22*%22%7D%7D";
  const std::string xml = alice.Assume(Ask("&Policy=" + policy));
  EXPECT_EQ(Element(xml, "PackedPolicySize"), "4");
  EXPECT_NE(SessionIn(xml)->policy, nullptr);
  EXPECT_TRUE(alice.Assume(Ask("&Policy=%7B%7D")).starts_with("MalformedPolicyDocument: "));
  EXPECT_EQ(alice.Assume(Ask("&PolicyArns.member.1.arn=arn:aws:iam::111122223333:policy/Nothing")),
            "ValidationError: Policy arn:aws:iam::111122223333:policy/Nothing was not found.");
  std::string long_policy = policy;
  long_policy.insert(long_policy.size() - 6, std::string(4000, ' '));
  std::string spaces;
  for (char c : long_policy) spaces += c == ' ' ? "+" : std::string(1, c);
  EXPECT_TRUE(alice.Assume(Ask("&Policy=" + spaces)).starts_with("PackedPolicyTooLarge: Packed policy consumes 1"));
}

constexpr std::string_view kTags = "&Tags.member.1.Key=Team&Tags.member.1.Value=blue";

TEST(AssumeRole, TagsNeedTagSession) {
  EXPECT_EQ(Caller(Account(TrustsAlice()), Alice()).Assume(Ask(kTags)),
            "AccessDenied: User: arn:aws:iam::111122223333:user/alice is not authorized to perform: sts:TagSession on "
            "resource: arn:aws:iam::111122223333:role/Reader");
  const std::string trust = TrustsAlice(R"({"StringEquals":{"aws:RequestTag/team":"blue"},)"
                                        R"("ForAllValues:StringEquals":{"aws:TagKeys":["Team"]}})",
                                        R"(["sts:AssumeRole","sts:TagSession"])");
  const Caller alice(Account(trust), Alice());
  EXPECT_EQ(SessionIn(alice.Assume(Ask(kTags)))->content.tags, (std::vector<identity::Tag>{{"Team", "blue"}}));
  EXPECT_EQ(alice.Assume(Ask("&Tags.member.1.Key=Team&Tags.member.1.Value=red")), kDenied);
}

TEST(AssumeRole, TagsAndTransitiveKeys) {
  const Caller alice(Account(TrustsAlice("{}", R"("sts:*")")), Alice());
  EXPECT_TRUE(alice.Assume(Ask("&TransitiveTagKeys.member.1=Team"))
                  .starts_with("ValidationError: The specified transitive tag key must be included"));
  EXPECT_TRUE(alice.Assume(Ask(std::string(kTags) + "&Tags.member.2.Key=team&Tags.member.2.Value=x"))
                  .starts_with("ValidationError: Duplicate tag keys found."));
  EXPECT_TRUE(alice.Assume(Ask("&Tags.member.1.Key=AWS:x&Tags.member.1.Value=x")).starts_with("ValidationError: "));
}

// A session of the role as the next caller.
Caller Chained(const identity::TestAccount& account, const std::string& xml) {
  auto session = SessionIn(xml);
  return Caller(account, *session->credential->principal, session);
}

TEST(AssumeRole, Chains) {
  const std::map<std::string, std::string, std::less<>> bindings = {{std::string(kRole), "AROAREADER"}};
  const std::string trusts_role = Trust(fmt::format(R"({{"AWS":"{}"}})", kRole), R"("sts:*")");
  const auto account =
      Account(TrustsAlice("{}", R"("sts:*")")).AddRole("Next", "AROANEXT", trusts_role, bindings, "", 43'200);
  const std::string next = "RoleArn=arn:aws:iam::111122223333:role/Next&RoleSessionName=next";
  const std::string first =
      Caller(account, Alice())
          .Assume(Ask(std::string(kTags) + "&TransitiveTagKeys.member.1=Team&SourceIdentity=alice"));
  EXPECT_EQ(Element(first, "SourceIdentity"), "alice");
  const Caller chained = Chained(account, first);
  EXPECT_EQ(chained.Assume(next + "&DurationSeconds=3601"),
            "ValidationError: The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role "
            "chaining.");
  EXPECT_TRUE(chained.Assume(next + std::string(kTags)).starts_with("ValidationError: One of the specified tag keys"));
  EXPECT_TRUE(chained.Assume(next + "&SourceIdentity=bob").starts_with("ValidationError: The source identity"));
  const std::string second = chained.Assume(next + "&Tags.member.1.Key=Own&Tags.member.1.Value=x");
  auto session = SessionIn(second);
  ASSERT_NE(session, nullptr);
  EXPECT_TRUE(session->content.chained);
  EXPECT_EQ(session->content.source_identity, "alice");
  EXPECT_EQ(session->content.tags, (std::vector<identity::Tag>{{"Own", "x"}, {"Team", "blue"}}));
  EXPECT_EQ(session->content.transitive_tag_keys, std::vector<std::string>{"Team"});
}

StsResult<StsAnswer> Federate(const Caller& caller, std::string_view form) {
  auto parsed = wire::QueryParameters::ParseForm(form);
  auto request = ParseGetFederationToken(*parsed);
  return request ? GetFederationToken(caller.call(), *request) : std::unexpected(request.error());
}

TEST(GetFederationToken, IsForWhoMay) {
  EXPECT_EQ(
      Caller::Text(Federate(Caller(Account(TrustsAlice()), Alice()), "Name=guest")),
      "AccessDenied: User: arn:aws:iam::111122223333:user/alice is not authorized to perform: sts:GetFederationToken "
      "on resource: arn:aws:sts::111122223333:federated-user/guest");
  const Caller alice(Account(TrustsAlice(), kMayAssumeAll), Alice());
  const std::string xml = Caller::Text(Federate(alice, "Name=guest&DurationSeconds=129600"));
  EXPECT_EQ(Element(xml, "FederatedUserId"), "111122223333:guest");
  EXPECT_EQ(Element(xml, "Arn"), "arn:aws:sts::111122223333:federated-user/guest");
  EXPECT_EQ(Element(xml, "Expiration"), FormatIso(kNow + std::chrono::hours(36)));
  EXPECT_EQ(SessionIn(xml)->content.issuer_id, "AIDAALICE");
  const Caller guest = Chained(Account(TrustsAlice(), kMayAssumeAll), xml);
  EXPECT_EQ(Caller::Text(Federate(guest, "Name=other")),
            "AccessDenied: Cannot call GetFederationToken with session credentials");
  EXPECT_TRUE(
      guest.Assume(Ask()).starts_with("AccessDenied: User: arn:aws:sts::111122223333:federated-user/guest is not "
                                      "authorized to perform: sts:AssumeRole"));
}

TEST(GetFederationToken, OfTheRootUserLastsAnHour) {
  const std::string xml = Caller::Text(Federate(Caller(Account(TrustsAlice()), Root()), "Name=guest"));
  EXPECT_EQ(Element(xml, "Expiration"), FormatIso(kNow + std::chrono::hours(1)));
  EXPECT_EQ(SessionIn(xml)->content.issuer_id, "111122223333");
}

TEST(GetSessionToken, IsTheCallerAgain) {
  const auto account = Account(TrustsAlice());
  const Caller alice(account, Alice());
  const std::string xml = Caller::Text(GetSessionToken(alice.call(), {}));
  EXPECT_EQ(Element(xml, "Expiration"), FormatIso(kNow + std::chrono::hours(12)));
  auto session = SessionIn(xml);
  EXPECT_EQ(session->credential->principal->arn, kAlice);
  EXPECT_EQ(session->credential->principal->unique_id, "AIDAALICE");
  EXPECT_EQ(Caller::Text(GetSessionToken(Chained(account, xml).call(), {})),
            "AccessDenied: Cannot call GetSessionToken with session credentials");
  // Role chaining is what role sessions do.
  EXPECT_FALSE(SessionIn(Chained(account, xml).Assume(Ask()))->content.chained);
  const std::string root = Caller::Text(GetSessionToken(Caller(account, Root()).call(), {}));
  EXPECT_EQ(Element(root, "Expiration"), FormatIso(kNow + std::chrono::hours(1)));
  EXPECT_EQ(SessionIn(root)->credential->principal->kind, Principal::Kind::kRoot);
}

TEST(GetAccessKeyInfo, TheAccountOfTemporaryKeysStandsInThem) {
  const Caller root(Account(TrustsAlice()), Root());
  const std::string key = Element(Caller::Text(GetSessionToken(root.call(), {})), "AccessKeyId");
  auto parsed = wire::QueryParameters::ParseForm("AccessKeyId=" + key);
  auto request = ParseGetAccessKeyInfo(*parsed);
  ASSERT_TRUE(request);
  EXPECT_EQ(request->account, kAccount);
  EXPECT_EQ(Element(Caller::Text(GetAccessKeyInfo(root.call(), *request, request->account)), "Account"),
            "111122223333");
  EXPECT_TRUE(Caller::Text(GetAccessKeyInfo(Caller(Account(TrustsAlice()), Alice()).call(), *request, request->account))
                  .starts_with("AccessDenied: "));
}

}  // namespace
}  // namespace kagimori::sts
