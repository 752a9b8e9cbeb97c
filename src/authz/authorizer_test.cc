#include "authz/authorizer.h"

#include <gtest/gtest.h>

#include <type_traits>

#include "authz/testing/test_calls.h"
#include "keys/testing/test_keys.h"

namespace kagimori::authz {
namespace {

namespace action = keys::action;

constexpr std::string_view kUserId = "AIDAEXAMPLEEXAMPLE222";

std::shared_ptr<const policy::Document> Compiled(std::string_view json, policy::Kind kind,
                                                 const policy::PrincipalBindings& bindings = {}) {
  auto document = policy::Document::Compile(json, kind, bindings);
  EXPECT_TRUE(document) << document.error().detail;
  return document.value_or(nullptr);
}

// The user Bob of an account, under one identity policy (empty: under none).
identity::Caller Bob(AccountId account, std::string_view policy) {
  const std::string arn = "arn:aws:iam::" + account.ToString() + ":user/Bob";
  identity::Caller caller;
  caller.principal =
      std::make_shared<const identity::Principal>(identity::Principal{.kind = identity::Principal::Kind::kUser,
                                                                      .account = account,
                                                                      .arn = arn,
                                                                      .unique_id = std::string(kUserId),
                                                                      .name = "Bob"});
  auto user = std::make_shared<identity::User>();
  user->id = kUserId;
  user->name = "Bob";
  user->tags = {{"Team", "blue"}};
  caller.user = std::move(user);
  auto policies = std::make_shared<identity::PrincipalPolicies>();
  if (!policy.empty()) policies->identity.push_back({"user/Bob/inline/It", Compiled(policy, policy::Kind::kIdentity)});
  caller.policies = std::move(policies);
  return caller;
}

constexpr std::string_view kMayEncrypt =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kms:Encrypt","Resource":"*"}]})";

std::string Text(std::string_view who, std::string_view action, std::string_view arn, std::string_view why) {
  std::string text = "User: ";
  text.append(who).append(" is not authorized to perform: ").append(action);
  if (!arn.empty()) text.append(" on resource: ").append(arn);
  return text.append(" ").append(why);
}

template <class Action>
Decision<keys::Authorized<Action, keys::Key>> Ask(const TestCall& call, std::shared_ptr<const keys::Key> key,
                                                  std::string* explanation = nullptr) {
  return Authorizer().OnKey<Action>(call.asking(), {}, std::move(key), {}, nullptr, explanation);
}

TEST(Authorizer, TheRootUserOfTheAccountMay) {
  const TestCall call(keys::kTestAccount);
  auto key = keys::LoadedTestKey();
  std::string why = "what an earlier question was refused for";
  auto proof =
      Authorizer().OnKey<action::Encrypt>(call.asking(), {}, key, keys::CanonicalContext({{"a", "b"}}), nullptr, &why);
  ASSERT_TRUE(proof);
  EXPECT_EQ(proof->snapshot(), key) << "the snapshot that was decided on, and no other";
  EXPECT_EQ(HexEncode(proof->context().bytes()), HexEncode(keys::CanonicalContext({{"a", "b"}}).bytes()));
  EXPECT_EQ(why, "") << "the usual case is not explained";

  auto alias = Authorizer().OnAlias<action::CreateAlias>(call.asking(), keys::TestAliasName("alias/x"), nullptr);
  ASSERT_TRUE(alias);
  EXPECT_EQ(alias->resource().name, "alias/x");
  auto account = Authorizer().OnAccount<action::ListKeys>(
      call.asking(), {.account = keys::kTestAccount, .region = keys::kTestRegion}, nullptr);
  ASSERT_TRUE(account);
  EXPECT_EQ(account->resource().account, keys::kTestAccount);
}

TEST(Authorizer, AnotherAccountMayNot) {
  const TestCall call(keys::kTestAccount);
  const std::string root = "arn:aws:iam::111122223333:root";
  auto foreign = keys::LoadedTestKey(keys::TestName(1, keys::kOtherAccount));
  auto key = Ask<action::Decrypt>(call, foreign);
  ASSERT_FALSE(key);
  EXPECT_EQ(key.error().message,
            Text(root, "kms:Decrypt", foreign->arn, "because no resource-based policy allows the kms:Decrypt action"));

  keys::AliasName name = keys::TestAliasName("alias/x");
  name.account = keys::kOtherAccount;
  EXPECT_FALSE(Authorizer().OnAlias<action::DeleteAlias>(call.asking(), name, nullptr));
  EXPECT_FALSE(Authorizer().OnAccount<action::CreateKey>(
      call.asking(), {.account = keys::kOtherAccount, .region = keys::kTestRegion}, nullptr));
}

// Whoever asks for a foreign key learns nothing about whether it is there.
TEST(Authorizer, AMissingForeignKeyIsDeniedInTheSameWords) {
  const TestCall call(keys::kTestAccount);
  auto foreign = keys::LoadedTestKey(keys::TestName(1, keys::kOtherAccount));
  auto there = Ask<action::Decrypt>(call, foreign);
  Denial missing = Authorizer::ForeignKey(*call.caller.principal, action::Decrypt::kName, foreign->arn);
  EXPECT_EQ(there.error().message, missing.message);
}

TEST(Authorizer, TheDefaultKeyPolicyLeavesItToIdentityPolicies) {
  auto key = keys::LoadedTestKey();
  const TestCall may(Bob(keys::kTestAccount, kMayEncrypt));
  std::string why;
  EXPECT_TRUE(Ask<action::Encrypt>(may, key, &why));
  EXPECT_NE(why.find("user/Bob/inline/It"), why.npos) << why;
  auto denied = Ask<action::Decrypt>(may, key);
  ASSERT_FALSE(denied);
  EXPECT_EQ(denied.error().message, Text("arn:aws:iam::111122223333:user/Bob", "kms:Decrypt", key->arn,
                                         "because no identity-based policy allows the kms:Decrypt action"));
  EXPECT_FALSE(Ask<action::Encrypt>(TestCall(Bob(keys::kTestAccount, "")), key));
}

TEST(Authorizer, AKeyWhosePolicyCannotBeReadIsForNobody) {
  auto key = std::make_shared<keys::Key>(*keys::LoadedTestKey());
  key->policy_document = nullptr;
  auto denied = Ask<action::Encrypt>(TestCall(keys::kTestAccount), key);
  ASSERT_FALSE(denied);
  EXPECT_EQ(denied.error().explanation, "the key's policy cannot be read");
}

TEST(Authorizer, ACallerUnderAPolicyThatCannotBeReadMayDoNothing) {
  identity::Caller bob = Bob(keys::kTestAccount, kMayEncrypt);
  bob.unreadable = true;
  auto key = std::make_shared<keys::Key>(*keys::LoadedTestKey());
  key->policy_document =
      Compiled(R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}})",
               policy::Kind::kKeyPolicy);
  EXPECT_FALSE(Ask<action::Encrypt>(TestCall(std::move(bob)), key)) << "not even what the key policy gives to all";
}

TEST(Authorizer, ConditionKeysOfCallerConnectionAndKey) {
  auto key = std::make_shared<keys::Key>(*keys::LoadedTestKey());
  key->tags = {{"Stage", "prod"}};
  key->aliases = {"alias/a", "alias/b"};
  const TestCall call(Bob(keys::kTestAccount, R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow",
    "Action":"kms:Encrypt","Resource":"*","Condition":{
      "StringEquals":{"aws:username":"Bob","aws:PrincipalTag/team":"blue","aws:ResourceTag/stage":"prod",
        "kms:CallerAccount":"111122223333","kms:KeySpec":"SYMMETRIC_DEFAULT","aws:RequestedRegion":"eu-central-1",
        "aws:PrincipalType":"User","aws:userid":"AIDAEXAMPLEEXAMPLE222","aws:ResourceAccount":"111122223333"},
      "IpAddress":{"aws:SourceIp":"192.0.2.0/24"},
      "Bool":{"aws:SecureTransport":"true","kms:MultiRegion":"false","aws:ViaAWSService":"false"},
      "ForAnyValue:StringEquals":{"kms:ResourceAliases":"alias/b"},
      "ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::111122223333:user/Bob"},
      "DateGreaterThan":{"aws:CurrentTime":"2025-06-01T00:00:00Z"},
      "Null":{"kms:ViaService":"true","aws:TokenIssueTime":"true","kms:RequestAlias":"true",
        "aws:MultiFactorAuthPresent":"true"}}}]})"));
  auto allowed = Ask<action::Encrypt>(call, key);
  EXPECT_TRUE(allowed) << allowed.error().message;
}

TEST(Authorizer, APolicyIsTriedBeforeItIsKept) {
  const TestCall root(keys::kTestAccount);
  const TestCall bob(Bob(keys::kTestAccount, ""));
  const keys::Key key = keys::TestKey();
  const auto only_bob = Compiled(
      R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:user/Bob"},
          "Action":"kms:*","Resource":"*"}})",
      policy::Kind::kKeyPolicy, {{"arn:aws:iam::111122223333:user/Bob", std::string(kUserId)}});
  const policy::Action& put = PolicyAction<action::PutKeyPolicy>();
  EXPECT_FALSE(Authorizer().WouldAllow(root.asking(), put, key, *only_bob));
  EXPECT_TRUE(Authorizer().WouldAllow(bob.asking(), put, key, *only_bob));
  EXPECT_TRUE(Authorizer().WouldAllow(root.asking(), put, key, *key.policy_document));
  EXPECT_FALSE(Authorizer().WouldAllow(bob.asking(), put, key, *key.policy_document));
}

TEST(Authorizer, ActionsHaveTheirNames) {
  EXPECT_EQ(action::ReEncryptFrom::kName, "kms:ReEncryptFrom");
  EXPECT_EQ(action::ReEncryptTo::kName, "kms:ReEncryptTo");
  EXPECT_EQ(action::GenerateDataKeyWithoutPlaintext::kName, "kms:GenerateDataKeyWithoutPlaintext");
}

using Proof = keys::Authorized<action::Encrypt, keys::Key>;
static_assert(!std::is_copy_constructible_v<Proof> && !std::is_copy_assignable_v<Proof> &&
              !std::is_default_constructible_v<Proof>);
static_assert(std::is_nothrow_move_constructible_v<Proof>);
static_assert(!std::is_constructible_v<keys::Authorized<action::Decrypt, keys::Key>, Proof>);

}  // namespace
}  // namespace kagimori::authz
