#include "keys/retiring.h"

#include <gtest/gtest.h>

#include "keys/testing/test_grants.h"

namespace kagimori::keys {
namespace {

using enum GrantOperation;

const AccountId kOwner = kTestAccount;
const AccountId kIssuer = kOtherAccount;
const AccountId kThird = AccountId::FromNumber(777788889999);
const AccountId kStranger = AccountId::FromNumber(222233334444);

GrantPrincipal UserOf(AccountId account, const std::string& name) {
  return {.form = {.kind = PrincipalKind::kUser, .id = "AIDA" + name}, .account = account, .given = name};
}

struct Who {
  CallerForms forms;
  AccountId account;
  bool is_root = false;
};
Who Root(AccountId account) {
  return {.forms = {{PrincipalKind::kAccount, account.ToString()}}, .account = account, .is_root = true};
}
Who User(AccountId account, const std::string& name) {
  return {.forms = {{PrincipalKind::kUser, "AIDA" + name}, {PrincipalKind::kAccount, account.ToString()}},
          .account = account};
}

// On a key of kOwner's, made by kIssuer.
Grant GrantTo(GrantPrincipal grantee, GrantOperations operations, std::optional<GrantPrincipal> retiring = {}) {
  Grant grant = TestGrant(std::move(grantee), operations, TestName(1, kOwner));
  grant.issuing_account = kIssuer;
  grant.retiring = std::move(retiring);
  return grant;
}

// AWS KMS developer guide, "Retiring and revoking grants".
TEST(MayRetire, Table) {
  const GrantOperations plain = {kDecrypt};
  const GrantOperations retirable = {kDecrypt, kRetireGrant};
  const Grant by_nobody = GrantTo(UserOf(kThird, "G"), plain);
  const Grant by_grantee = GrantTo(UserOf(kThird, "G"), retirable);
  const Grant by_user = GrantTo(UserOf(kThird, "G"), plain, UserOf(kThird, "R"));
  const Grant by_account = GrantTo(UserOf(kStranger, "G"), plain, TestAccountPrincipal(kThird));
  const Grant to_account = GrantTo(TestAccountPrincipal(kThird), retirable);
  const Grant to_account_only = GrantTo(TestAccountPrincipal(kThird), plain);
  const Grant same = GrantTo(UserOf(kThird, "G"), plain, UserOf(kThird, "G"));
  struct Case {
    const char* what;
    const Grant& grant;
    Who who;
    bool alone;        // without kms:RetireGrant in an identity policy
    bool with_policy;  // with it
  };
  const Case cases[] = {
      {"the retiring principal", by_user, User(kThird, "R"), true, true},
      {"another user of its account", by_user, User(kThird, "X"), false, false},
      {"the root user of its account", by_user, Root(kThird), false, false},
      {"the grantee without RetireGrant", by_nobody, User(kThird, "G"), false, false},
      {"the grantee with RetireGrant", by_grantee, User(kThird, "G"), true, true},
      {"the grantee who is the retiring principal", same, User(kThird, "G"), true, true},
      {"the issuing account's root user", by_nobody, Root(kIssuer), true, true},
      {"a user of the issuing account", by_nobody, User(kIssuer, "X"), false, true},
      {"guess: the key owner's root user", by_nobody, Root(kOwner), true, true},
      {"a user of the key's account", by_nobody, User(kOwner, "X"), false, true},
      {"the root user of a retiring account", by_account, Root(kThird), true, true},
      {"a user of a retiring account", by_account, User(kThird, "X"), false, true},
      {"guess: the root user of a grantee account with RetireGrant", to_account, Root(kThird), true, true},
      {"guess: a user of a grantee account with RetireGrant", to_account, User(kThird, "X"), false, true},
      {"the root user of a grantee account without RetireGrant", to_account_only, Root(kThird), false, false},
      {"a stranger", by_user, User(kStranger, "R2"), false, false},
      {"a stranger's root user", by_account, Root(kStranger), false, false},
  };
  for (const Case& it : cases) {
    for (bool policy : {false, true}) {
      RetiringCaller caller{
          .forms = it.who.forms, .account = it.who.account, .is_root = it.who.is_root, .policy_allows = policy};
      EXPECT_EQ(MayRetire(it.grant, caller), policy ? it.with_policy : it.alone) << it.what << policy;
      caller.policy_denies = true;
      EXPECT_FALSE(MayRetire(it.grant, caller)) << it.what;
    }
  }
}

// A session acts for its role, and not the other way round.
TEST(MayRetire, RolesAndSessions) {
  const std::string arn = "arn:aws:sts::777788889999:assumed-role/R/one";
  const CallerForms session = {{PrincipalKind::kRoleSession, arn},
                               {PrincipalKind::kRole, "AROAR"},
                               {PrincipalKind::kAccount, kThird.ToString()}};
  const CallerForms other = {{PrincipalKind::kRoleSession, arn + "2"},
                             {PrincipalKind::kRole, "AROAR"},
                             {PrincipalKind::kAccount, kThird.ToString()}};
  const Grant by_role = GrantTo(UserOf(kThird, "G"), {kDecrypt}, TestRole("R", kThird));
  const Grant by_session = GrantTo(
      UserOf(kThird, "G"), {kDecrypt},
      GrantPrincipal{.form = {.kind = PrincipalKind::kRoleSession, .id = arn}, .account = kThird, .given = arn});
  EXPECT_TRUE(MayRetire(by_role, {.forms = session, .account = kThird}));
  EXPECT_TRUE(MayRetire(by_role, {.forms = other, .account = kThird}));
  EXPECT_TRUE(MayRetire(by_session, {.forms = session, .account = kThird}));
  EXPECT_FALSE(MayRetire(by_session, {.forms = other, .account = kThird}));
}

}  // namespace
}  // namespace kagimori::keys
