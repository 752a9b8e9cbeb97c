// The operations on grants from request to stored change, for callers of several accounts.
#include <gtest/gtest.h>

#include <set>

#include "authz/testing/test_calls.h"
#include "keys/grant_records.h"
#include "keys/grant_token.h"
#include "keys/state_table.h"
#include "keys/testing/test_grants.h"
#include "kms/create_grant.h"
#include "kms/grant_rules.h"
#include "kms/list_grants.h"
#include "kms/list_retirable_grants.h"
#include "kms/request_facts.h"
#include "kms/retire_grant.h"
#include "kms/revoke_grant.h"
#include "seal/sealed_record.h"

namespace kagimori::kms {
namespace {

using keys::kOtherAccount;
using keys::kTestAccount;
using keys::TestName;
using enum keys::GrantOperation;

const AccountId kThirdAccount = AccountId::FromNumber(777788889999);

std::string RootArn(AccountId account) { return "arn:aws:iam::" + account.ToString() + ":root"; }

class GrantOperationsTest : public testing::Test {
 protected:
  GrantOperationsTest() {
    for (AccountId account : {kTestAccount, kOtherAccount, kThirdAccount}) {
      const std::string path = seal::Path(seal::RecordType::kAccount).Account(account).text();
      room.test.Write(path, seal::SealRecord(room.hierarchy(), {.path = path, .account = account, .version = 1}, ""));
    }
  }

  template <class Op>
  using Answer = std::expected<typename Op::Api::Response, shapes::ApiError>;

  // Steps 6 to 12 of the pipeline, as the root user of an account.
  template <class Op>
  Answer<Op> Run(AccountId account, const typename Op::Request& request) {
    const authz::TestCall test_call(account);
    const RequestFacts<typename Op::Request> facts(request, nullptr, /*via_service=*/false);
    const Call call{.caller = *test_call.caller.principal,
                    .region = keys::kTestRegion,
                    .now = keys::kTestNow,
                    .markers = Markers(room.hierarchy(), account)};
    if constexpr (requires { Op::Check(request); }) {
      if (auto refused = Op::Check(request)) return std::unexpected(refused->error());
    }
    if constexpr (requires { request.grant_tokens->size(); }) {
      if (auto refused = CheckGrantTokens(room.hierarchy(), request.grant_tokens))
        return std::unexpected(*std::move(refused));
    }
    keys::KeyCache::View keys_view(&room.table.keys());
    keys::AliasCache::View aliases_view(&room.table.aliases());
    keys::GrantCache::View grants_view(&room.table.grants().cache());
    keys::Resolver resolver(&room.table, &keys_view, &aliases_view, account, call.region, call.now);
    trail = {};
    Session session{.call = call,
                    .resolver = resolver,
                    .authorizer = authorizer,
                    .asking = {.call = test_call.facts, .operation = facts},
                    .grants = room.table.grants(),
                    .grants_view = grants_view,
                    .trail = trail,
                    .loaded = loaded,
                    .loaded_view = loaded_view,
                    .usage = usage,
                    .counts = counts,
                    .quotas = quotas};
    auto inputs = SyncWait(Op::Resolve(session, request));
    if (!inputs) return std::unexpected(inputs.error().error());
    std::optional<shapes::ApiError> refused;
    Op::ForEachKey(*inputs, [&](const keys::Key& key) { refused = keys::CheckState(Op::Api::kOperation, key); });
    if (refused) return std::unexpected(*std::move(refused));
    if constexpr (requires { Op::CheckKey(request, *inputs); }) {
      if (auto unsuited = Op::CheckKey(request, *inputs)) return std::unexpected(unsuited->error());
    }
    auto outcome = Op::Run(call, std::move(*inputs), request, trail);
    if (!outcome) return std::unexpected(outcome.error().error());
    if (outcome->change) room.CommitAnyhow(*outcome->change).value();
    return std::move(outcome->response);
  }
  template <class Op>
  void ExpectRefused(std::string_view code, std::string_view text, AccountId account,
                     const typename Op::Request& request) {
    auto answer = Run<Op>(account, request);
    ASSERT_FALSE(answer) << code << text;
    EXPECT_EQ(answer.error().name(), code);
    EXPECT_EQ(answer.error().message(), text);
  }

  CreateGrant::Request GrantRequest(AccountId grantee, std::vector<keys::GrantOperation> operations = {kDecrypt}) {
    CreateGrant::Request request;
    request.key_id = room.key->arn;
    request.grantee_principal = RootArn(grantee);
    request.operations = std::move(operations);
    return request;
  }
  shapes::CreateGrantResponse Create(const CreateGrant::Request& request) {
    return Run<CreateGrant>(kTestAccount, request).value();
  }
  RetireGrant::Request ById(const std::string& grant_id) {
    RetireGrant::Request request;
    request.key_id = room.key->arn;
    request.grant_id = grant_id;
    return request;
  }
  RetireGrant::Request ByToken(const std::string& token) {
    RetireGrant::Request request;
    request.grant_token = token;
    return request;
  }
  bool IsThere(const std::string& grant_id) { return room.Find(*keys::GrantId::Parse(grant_id)) != nullptr; }
  std::set<std::string> Retirable(AccountId account) {
    ListRetirableGrants::Request request;
    request.retiring_principal = RootArn(account);
    std::set<std::string> ids;
    const Answer<ListRetirableGrants> answer = Run<ListRetirableGrants>(account, request);
    for (const auto& entry : *answer->grants) ids.insert(*entry.grant_id);
    return ids;
  }

  keys::GrantRoom room;
  authz::Authorizer authorizer;
  keys::LoadedKeys loaded{room.test.hierarchy.get(), &room.test.store, nullptr, 1 << 20};
  keys::LoadedKeyCache::View loaded_view{&loaded.cache()};
  ManualClock clock{keys::kTestNow};
  keys::UsageTracker usage{room.test.hierarchy.get(), &room.test.store, &clock, 1};
  keys::ResourceQuotas quotas;
  keys::KeyCounts counts{room.test.hierarchy.get(), &room.test.store, &quotas, nullptr};
  Trail trail;
};

TEST_F(GrantOperationsTest, AGrantToAnotherAccountIsInItsSet) {
  const auto made = Create(GrantRequest(kOtherAccount, {kDecrypt, kDescribeKey}));
  auto set = room.LoadSet(keys::TestAccountPrincipal(kOtherAccount));
  ASSERT_EQ(set->grants().size(), 1u);
  EXPECT_EQ(set->grants()[0]->id.ToString(), *made.grant_id);
  EXPECT_NE(keys::GrantAllows(*set, {.operation = kDecrypt}), nullptr);
  EXPECT_EQ(keys::GrantAllows(*set, {.operation = kEncrypt}), nullptr);
  EXPECT_EQ(trail.key_arn, room.key->arn);
  RevokeGrant::Request revoke;
  revoke.key_id = room.key->arn;
  revoke.grant_id = *made.grant_id;
  ASSERT_TRUE(Run<RevokeGrant>(kTestAccount, revoke));
  EXPECT_TRUE(room.LoadSet(keys::TestAccountPrincipal(kOtherAccount))->empty());
}

TEST_F(GrantOperationsTest, AnotherAccountsKeyIsNotToBeGranted) {
  auto answer = Run<CreateGrant>(kOtherAccount, GrantRequest(kOtherAccount));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().name(), "AccessDeniedException");
}

// The grantee may retire a grant that says so; nobody else's root user may but the key owner's.
TEST_F(GrantOperationsTest, TheGranteeRetiresIfTheGrantSaysSo) {
  const auto plain = Create(GrantRequest(kOtherAccount));
  const auto retirable = Create(GrantRequest(kOtherAccount, {kDecrypt, kRetireGrant}));
  const std::string denied = "User: " + RootArn(kOtherAccount) +
                             " is not authorized to perform: kms:RetireGrant on resource: " + room.key->arn;
  ExpectRefused<RetireGrant>("AccessDeniedException", denied, kOtherAccount, ById(*plain.grant_id));
  ExpectRefused<RetireGrant>("AccessDeniedException", denied, kOtherAccount, ByToken(*plain.grant_token));
  EXPECT_TRUE(Run<RetireGrant>(kOtherAccount, ById(*retirable.grant_id)));
  EXPECT_FALSE(IsThere(*retirable.grant_id));
  EXPECT_EQ(trail.key_arn, room.key->arn);
  EXPECT_EQ(trail.additional_event_data_json, R"({"grantId":")" + *retirable.grant_id + R"("})");
  EXPECT_TRUE(Run<RetireGrant>(kTestAccount, ByToken(*plain.grant_token)));
  EXPECT_FALSE(IsThere(*plain.grant_id));
}

TEST_F(GrantOperationsTest, TheRetiringPrincipalListsAndRetires) {
  auto request = GrantRequest(kOtherAccount);
  request.retiring_principal = RootArn(kThirdAccount);
  const auto made = Create(request);
  Create(GrantRequest(kOtherAccount));
  EXPECT_EQ(Retirable(kThirdAccount), std::set{*made.grant_id});
  EXPECT_TRUE(Retirable(kOtherAccount).empty());
  EXPECT_TRUE(Run<RetireGrant>(kThirdAccount, ById(*made.grant_id)));
  EXPECT_TRUE(Retirable(kThirdAccount).empty());
}

TEST_F(GrantOperationsTest, GuessPrincipalsOfOtherAccountsCannotBeListed) {
  ListRetirableGrants::Request request;
  request.retiring_principal = RootArn(kThirdAccount);
  ExpectRefused<ListRetirableGrants>("InvalidArnException",
                                     "ARN does not refer to a valid principal: " + RootArn(kThirdAccount),
                                     kOtherAccount, request);
}

// A key that is gone takes its grants with it, whether or not the reaper has been there.
TEST_F(GrantOperationsTest, GrantsOfAKeyThatIsGoneAreNotListed) {
  auto request = GrantRequest(kOtherAccount);
  request.retiring_principal = RootArn(kThirdAccount);
  const auto made = Create(request);
  room.Update(room.Load(), [](keys::Key& key) { key.deletion_due = keys::kTestNow; });
  EXPECT_TRUE(Retirable(kThirdAccount).empty());
  ExpectRefused<RetireGrant>("NotFoundException", "Key '" + room.key->arn + "' does not exist", kThirdAccount,
                             ByToken(*made.grant_token));
}

// Nothing is said of which keys other accounts have, but to the holder of a token.
TEST_F(GrantOperationsTest, AGrantThatIsNotThereInAnotherAccount) {
  const auto made = Create(GrantRequest(kOtherAccount, {kDecrypt, kRetireGrant}));
  ASSERT_TRUE(Run<RetireGrant>(kOtherAccount, ById(*made.grant_id)));
  auto missing_key = ById(*made.grant_id);
  missing_key.key_id = TestName(9).Arn();
  auto of_missing_key = Run<RetireGrant>(kOtherAccount, missing_key);
  auto of_missing_grant = Run<RetireGrant>(kOtherAccount, ById(*made.grant_id));
  ASSERT_FALSE(of_missing_key);
  ASSERT_FALSE(of_missing_grant);
  EXPECT_EQ(of_missing_grant.error().name(), "AccessDeniedException");
  EXPECT_EQ(of_missing_key.error().name(), "AccessDeniedException");
  ExpectRefused<RetireGrant>("NotFoundException", "Grant ID " + *made.grant_id + " not found", kTestAccount,
                             ById(*made.grant_id));
  ExpectRefused<RetireGrant>("NotFoundException", "Grant ID " + *made.grant_id + " not found", kOtherAccount,
                             ByToken(*made.grant_token));
}

TEST_F(GrantOperationsTest, ATokenOfAnotherRegionIsNoneHere) {
  keys::GrantReference elsewhere{.key = TestName(), .id = {}};
  elsewhere.key.region = *Region::Parse("us-east-1");
  ExpectRefused<RetireGrant>("InvalidGrantTokenException", "", kTestAccount,
                             ByToken(keys::MakeGrantToken(room.hierarchy(), elsewhere)));
}

TEST_F(GrantOperationsTest, ServicesAsPrincipals) {
  auto request = GrantRequest(kOtherAccount);
  request.grantee_principal.reset();
  request.grantee_service_principal = "sns.amazonaws.com";
  ExpectRefused<CreateGrant>("ValidationException", "GranteeServicePrincipal requires the grant constraint SourceArn.",
                             kTestAccount, request);
  request.constraints.emplace().source_arn = "arn:aws:sns:eu-central-1:111122223333:topic";
  ExpectRefused<CreateGrant>("ValidationException",
                             "GranteeServicePrincipal requires a RetiringPrincipal or RetiringServicePrincipal.",
                             kTestAccount, request);
  request.retiring_service_principal = "sns.amazonaws.com";
  const auto made = Create(request);
  ListGrants::Request list;
  list.key_id = room.key->arn;
  list.grantee_service_principal = "sns.amazonaws.com";
  const auto page = Run<ListGrants>(kTestAccount, list).value();
  ASSERT_EQ(page.grants->size(), 1u);
  const shapes::GrantListEntry& entry = page.grants->at(0);
  EXPECT_EQ(entry.grant_id, made.grant_id);
  EXPECT_EQ(entry.grantee_service_principal, "sns.amazonaws.com");
  EXPECT_EQ(entry.retiring_service_principal, "sns.amazonaws.com");
  EXPECT_FALSE(entry.grantee_principal);
  EXPECT_FALSE(entry.retiring_principal);
  EXPECT_EQ(entry.constraints->source_arn, "arn:aws:sns:eu-central-1:111122223333:topic");
  list.grantee_service_principal = "s3.amazonaws.com";
  EXPECT_TRUE(Run<ListGrants>(kTestAccount, list)->grants->empty());
}

// 50,000 of them, of which the store says so.
TEST_F(GrantOperationsTest, GuessTheTextAtTheLimit) {
  auto request = GrantRequest(kOtherAccount);
  request.name = "first";
  const auto first = Create(request);
  const size_t part = (keys::CountPartOf(*keys::GrantId::Parse(*first.grant_id)) + 1) % keys::kGrantCountParts;
  const std::string path = keys::GrantCountPath(TestName(), part);
  const std::string count = keys::records::EncodeGrantCount(keys::kAwsResourceLimits.grants_per_key - 1);
  room.test.Write(path,
                  seal::SealRecord(room.hierarchy(), {.path = path, .account = kTestAccount, .version = 9}, count));
  ExpectRefused<CreateGrant>("LimitExceededException",
                             "The key " + room.key->arn + " has the maximum number of grants.", kTestAccount,
                             GrantRequest(kThirdAccount));
  EXPECT_EQ(Create(request).grant_id, first.grant_id) << "one that is there is no more";
}

// The store's word decides at once whatever a caller's token says.
TEST_F(GrantOperationsTest, TokensOnlyHaveToBeOurs) {
  const auto made = Create(GrantRequest(kOtherAccount));
  auto check = [&](std::vector<std::string> tokens) { return CheckGrantTokens(room.hierarchy(), std::move(tokens)); };
  EXPECT_FALSE(CheckGrantTokens(room.hierarchy(), std::nullopt));
  EXPECT_FALSE(check({}));
  EXPECT_FALSE(check({*made.grant_token, *made.grant_token}));
  ASSERT_TRUE(check({*made.grant_token, "garbage"}));
  EXPECT_EQ(check({"garbage"})->name(), "InvalidGrantTokenException");
}

}  // namespace
}  // namespace kagimori::kms
