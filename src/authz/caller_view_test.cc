#include "authz/caller_view.h"

#include <gtest/gtest.h>

#include <map>

#include "identity/testing/test_account.h"
#include "policy/document.h"

namespace kagimori::authz {
namespace {

using identity::Principal;
using identity::Session;
using identity::SessionKind;

constexpr Timestamp kNow{1'800'000'000'000};
const AccountId kAccount = AccountId::FromNumber(111122223333);
const std::string kPolicy =
    R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"kms:*","Resource":"*"}})";
const std::string kTrust =
    R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"sts:AssumeRole"}})";

identity::TestAccount Account() {
  return identity::TestAccount()
      .AddUser("alice", "AIDAALICE", kPolicy)
      .AddRole("Reader", "AROAREADER", kTrust, {}, kPolicy);
}

Session RoleSession() {
  Session session;
  session.content = {.kind = SessionKind::kAssumedRole,
                     .account = kAccount,
                     .issuer_id = "AROAREADER",
                     .issuer_path = "/team/",
                     .issuer_name = "Reader",
                     .session_name = "work",
                     .issued = kNow,
                     .expires = kNow + std::chrono::hours(1),
                     .tags = {{.key = "Team", .value = "blue"}},
                     .source_identity = "alice",
                     .mfa_time = kNow - std::chrono::seconds(30),
                     .federated_provider = "arn:aws:iam::111122223333:oidc-provider/i.example",
                     .web_identity_claims = {{"i.example:amr", "a"}, {"i.example:amr", "b"}, {"i.example:sub", "s"}}};
  return session;
}
Principal Of(Principal::Kind kind, const Session& session) {
  return {.kind = kind,
          .account = kAccount,
          .arn = SessionArn(session.content),
          .unique_id = SessionUserId(session.content),
          .name = {}};
}

// Somebody with what the account has of it. REQUIRES: is there.
identity::Caller CallerOf(const Principal& principal, const Session* session, const identity::TestAccount& account) {
  return identity::ResolveCaller(std::make_shared<const Principal>(principal),
                                 session == nullptr ? nullptr : std::make_shared<const Session>(*session),
                                 account.snapshot())
      .value();
}
CallFacts FactsOf(const identity::Caller& caller) {
  return {.caller = &caller,
          .region = *Region::Parse("eu-west-1"),
          .now = kNow,
          .source_ip = "192.0.2.1",
          .user_agent = "cli"};
}

// What a request of the caller has for a condition key, joined by commas; "-": absent.
std::string Ask(const policy::RequestContext& context, std::string_view key) {
  const policy::ConditionValues values = context.Find(*policy::ConditionKey::Parse(key));
  if (values.absent()) return "-";
  std::string text;
  for (std::string_view value : values.values()) text.append(text.empty() ? "" : ",").append(value);
  return text;
}

TEST(CallerView, ASessionOfARole) {
  const Session session = RoleSession();
  const Principal principal = Of(Principal::Kind::kRoleSession, session);
  const identity::Caller caller = CallerOf(principal, &session, Account());
  const CallerView view(caller);
  EXPECT_FALSE(view.unreadable());
  EXPECT_EQ(view.caller().kind, policy::Caller::Kind::kRoleSession);
  EXPECT_EQ(view.caller().unique_id, "AROAREADER");
  EXPECT_EQ(view.identity().identity.size(), 1U);
  EXPECT_TRUE(view.identity().session.empty());
  const CallFacts facts = FactsOf(caller);
  const GlobalContext context(facts);
  for (const auto& [key, value] : std::map<std::string, std::string>{
           {"aws:PrincipalArn", "arn:aws:iam::111122223333:role/team/Reader"},
           {"aws:PrincipalAccount", "111122223333"},
           {"aws:PrincipalType", "AssumedRole"},
           {"aws:userid", "AROAREADER:work"},
           {"aws:username", "-"},
           {"aws:PrincipalTag/team", "blue"},
           {"aws:PrincipalTag/other", "-"},
           {"aws:TokenIssueTime", FormatIso(kNow)},
           {"aws:MultiFactorAuthPresent", "true"},
           {"aws:MultiFactorAuthAge", "30"},
           {"aws:SourceIdentity", "alice"},
           {"aws:FederatedProvider", "arn:aws:iam::111122223333:oidc-provider/i.example"},
           {"i.example:sub", "s"},
           {"I.Example:AMR", "a,b"},
           {"i.example:aud", "-"},
           {"aws:SourceIp", "192.0.2.1"},
           {"aws:UserAgent", "cli"},
           {"aws:Referer", "-"},
           {"aws:RequestedRegion", "eu-west-1"},
           {"aws:SecureTransport", "false"},
           {"aws:CurrentTime", FormatIso(kNow)},
           {"aws:EpochTime", "1800000000"},
           {"aws:ViaAWSService", "false"},
           {"kms:CallerAccount", "-"}}) {
    EXPECT_EQ(Ask(context, key), value) << key;
  }
}

TEST(CallerView, AUserAndItsLongTermCredentials) {
  const Principal alice{.kind = Principal::Kind::kUser,
                        .account = kAccount,
                        .arn = "arn:aws:iam::111122223333:user/alice",
                        .unique_id = "AIDAALICE",
                        .name = "alice"};
  const identity::Caller caller = CallerOf(alice, nullptr, Account());
  const CallerView view(caller);
  EXPECT_EQ(view.identity().identity.size(), 1U);
  CallFacts facts = FactsOf(caller);
  facts.source_ip = {};
  const GlobalContext context(facts);
  EXPECT_EQ(Ask(context, "aws:username"), "alice");
  EXPECT_EQ(Ask(context, "aws:userid"), "AIDAALICE");
  for (const char* absent :
       {"aws:TokenIssueTime", "aws:MultiFactorAuthPresent", "aws:SourceIdentity", "aws:SourceIp"}) {
    EXPECT_EQ(Ask(context, absent), "-") << absent;
  }
}

TEST(CallerView, WhoIsNotThereIsNobody) {
  const Session session = RoleSession();
  const Principal principal = Of(Principal::Kind::kRoleSession, session);
  EXPECT_FALSE(identity::ResolveCaller(std::make_shared<const Principal>(principal),
                                       std::make_shared<const Session>(session), identity::TestAccount().snapshot()));
}

TEST(CallerView, SessionPolicies) {
  Session session = RoleSession();
  session.policy = policy::Document::Compile(kPolicy, policy::Kind::kSession).value();
  session.content.policy_arns = {"arn:aws:iam::111122223333:policy/Gone"};
  const Principal principal = Of(Principal::Kind::kRoleSession, session);
  const identity::Caller caller = CallerOf(principal, &session, Account());
  const CallerView view(caller);
  EXPECT_EQ(view.identity().session.size(), 1U);
  EXPECT_TRUE(view.unreadable()) << "one that is gone leaves nothing that is allowed";
}

TEST(CallerView, AFederatedUserIsItsIssuers) {
  Session session = RoleSession();
  session.content.kind = SessionKind::kFederatedUser;
  session.content.issuer_id = "AIDAALICE";
  session.content.issuer_name = "alice";
  const Principal principal = Of(Principal::Kind::kFederatedUser, session);
  const identity::Caller alice = CallerOf(principal, &session, Account());
  const CallerView of_alice(alice);
  EXPECT_EQ(of_alice.caller().unique_id, "AIDAALICE");
  EXPECT_EQ(of_alice.identity().identity.size(), 1U);
  session.content.issuer_id = "111122223333";
  session.content.issuer_name.clear();
  const identity::Caller root = CallerOf(principal, &session, Account());
  const CallerView of_root(root);
  EXPECT_EQ(of_root.caller().unique_id, "");
  EXPECT_TRUE(of_root.identity().identity.empty());
  EXPECT_FALSE(of_root.unreadable());
}

}  // namespace
}  // namespace kagimori::authz
