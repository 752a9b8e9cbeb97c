#include "keys/grant_principal.h"

#include <gtest/gtest.h>

#include "keys/account_principals.h"
#include "keys/testing/test_grants.h"
#include "seal/sealed_record.h"

namespace kagimori::keys {
namespace {

// One user, one role, one account.
class SomePrincipals : public PrincipalDirectory {
 public:
  Task<Result<std::optional<std::string>>> FindId(policy::PrincipalRef principal) const override {
    using Kind = policy::PrincipalRef::Kind;
    std::optional<std::string> id;
    if (principal.kind == Kind::kUser && principal.text.ends_with(":user/team/alice")) id = "AIDAALICE";
    if (principal.kind == Kind::kRole && principal.text.ends_with(":role/app")) id = "AROAAPP";
    if (principal.kind == Kind::kRoleSession && principal.text.contains("/app/")) id = "AROAAPP";
    if (principal.kind == Kind::kAccount || principal.kind == Kind::kFederatedUser) id = principal.account.ToString();
    co_return id;
  }
  Task<Result<std::optional<std::string>>> FindArn(AccountId, PrincipalForm form) const override {
    std::optional<std::string> arn;
    if (form.id == "AIDAALICE") arn = "arn:aws:iam::111122223333:user/moved/alice";
    co_return arn;
  }
};

std::optional<GrantPrincipal> Bind(const std::string& arn, Region region = kTestRegion) {
  return SyncWait(BindPrincipal(SomePrincipals(), arn, region)).value();
}

TEST(GrantPrincipal, IsBoundToWhatItIsMatchedBy) {
  const std::pair<std::string, PrincipalForm> cases[] = {
      {"arn:aws:iam::111122223333:root", {PrincipalKind::kAccount, "111122223333"}},
      {"arn:aws:iam::111122223333:user/team/alice", {PrincipalKind::kUser, "AIDAALICE"}},
      {"arn:aws:iam::111122223333:role/app", {PrincipalKind::kRole, "AROAAPP"}},
      {"arn:aws:sts::111122223333:assumed-role/app/one",
       {PrincipalKind::kRoleSession, "arn:aws:sts::111122223333:assumed-role/app/one"}},
      {"arn:aws:sts::111122223333:federated-user/bob",
       {PrincipalKind::kFederatedUser, "arn:aws:sts::111122223333:federated-user/bob"}},
  };
  for (const auto& [arn, form] : cases) {
    auto bound = Bind(arn);
    ASSERT_TRUE(bound) << arn;
    EXPECT_EQ(bound->form, form);
    EXPECT_EQ(bound->account.ToString(), "111122223333");
    EXPECT_EQ(bound->given, arn);
  }
}

TEST(GrantPrincipal, WhoIsNotThereOrCannotBeOne) {
  for (auto text : {"arn:aws:iam::111122223333:user/alice", "arn:aws:iam::111122223333:role/App",
                    "arn:aws:iam::111122223333:group/g", "arn:aws:iam::111122223333:role/*", "arn:aws:iam::1111:root",
                    "arn:aws:iam:::root", "arn:aws:sts::111122223333:assumed-role/app",
                    "arn:aws:sts::111122223333:assumed-role/none/one",
                    "arn:aws:organizations::111122223333:organization/o-1", "arn:aws:s3:::bucket", "sns.amazonaws.com",
                    "*", "AROAAPP", "111122223333", "arn:aws-cn:iam::111122223333:root", "arn:", ""}) {
    EXPECT_FALSE(Bind(text)) << text;
  }
}

// Users and roles are in no partition of their own here.
TEST(GrantPrincipal, InTheRegionsPartitionOrPlainAws) {
  const Region beijing = *Region::Parse("cn-north-1");
  EXPECT_TRUE(Bind("arn:aws-cn:iam::111122223333:root", beijing));
  EXPECT_TRUE(Bind("arn:aws:iam::111122223333:root", beijing));
  EXPECT_FALSE(Bind("arn:aws-us-gov:iam::111122223333:root", beijing));
  EXPECT_EQ(Bind("arn:aws-cn:sts::111122223333:assumed-role/app/one", beijing)->form,
            Bind("arn:aws:sts::111122223333:assumed-role/app/one", beijing)->form);
}

TEST(GrantPrincipal, IsShownAsItIsCalledNow) {
  auto shown = [](GrantPrincipal principal) {
    return SyncWait(ShownPrincipal(SomePrincipals(), std::move(principal))).value();
  };
  EXPECT_EQ(shown(*Bind("arn:aws:iam::111122223333:user/team/alice")), "arn:aws:iam::111122223333:user/moved/alice");
  EXPECT_EQ(shown(*Bind("arn:aws:iam::111122223333:role/app")), "AROAAPP") << "it is gone";
  EXPECT_EQ(shown(*Bind("arn:aws:iam::111122223333:root")), "arn:aws:iam::111122223333:root");
  EXPECT_EQ(shown(*ServicePrincipal("sns.amazonaws.com")), "sns.amazonaws.com");
}

TEST(GrantPrincipal, Services) {
  EXPECT_EQ(ServicePrincipal("sns.amazonaws.com")->form, (PrincipalForm{PrincipalKind::kService, "sns.amazonaws.com"}));
  EXPECT_FALSE(ServicePrincipal("sns"));
  EXPECT_FALSE(ServicePrincipal("arn:aws:iam::111122223333:root"));
}

TEST(CallerForms, TheClosestFirst) {
  using Kind = policy::Caller::Kind;
  auto forms = [](Kind kind, std::string_view arn, std::string_view id) {
    return FormsOf(policy::Caller{.kind = kind, .account = kTestAccount, .arn = arn, .unique_id = id});
  };
  const PrincipalForm account{PrincipalKind::kAccount, kTestAccount.ToString()};
  EXPECT_EQ(forms(Kind::kRoot, "arn:root", ""), CallerForms{account});
  EXPECT_EQ(forms(Kind::kUser, "arn:user", "AIDAX"), (CallerForms{{PrincipalKind::kUser, "AIDAX"}, account}));
  EXPECT_EQ(forms(Kind::kRoleSession, "arn:session", "AROAX"),
            (CallerForms{{PrincipalKind::kRoleSession, "arn:session"}, {PrincipalKind::kRole, "AROAX"}, account}));
  EXPECT_EQ(forms(Kind::kFederatedUser, "arn:federated", "AIDAX"),
            (CallerForms{{PrincipalKind::kFederatedUser, "arn:federated"}, {PrincipalKind::kUser, "AIDAX"}, account}));
  EXPECT_EQ(forms(Kind::kFederatedUser, "arn:federated", ""),
            (CallerForms{{PrincipalKind::kFederatedUser, "arn:federated"}, account}));
  EXPECT_EQ(forms(Kind::kService, "sns.amazonaws.com", ""),
            (CallerForms{{PrincipalKind::kService, "sns.amazonaws.com"}}));
  EXPECT_TRUE(forms(Kind::kWebIdentity, "arn:provider", "").empty());
}

// Until there are users and roles: accounts of the store, and nobody else.
TEST(AccountPrincipals, AccountsOfTheStore) {
  seal::TestStore test;
  const std::string path = seal::Path(seal::RecordType::kAccount).Account(kTestAccount).text();
  test.Write(path, seal::SealRecord(*test.hierarchy, {.path = path, .account = kTestAccount, .version = 1}, ""));
  const AccountPrincipals accounts(test.hierarchy.get(), &test.store);
  auto bound = [&](const std::string& arn) {
    return SyncWait(BindPrincipal(accounts, arn, kTestRegion)).value().has_value();
  };
  EXPECT_TRUE(bound("arn:aws:iam::111122223333:root"));
  EXPECT_FALSE(bound("arn:aws:iam::444455556666:root"));
  EXPECT_FALSE(bound("arn:aws:iam::111122223333:user/alice"));
  test.Write(path, Bytes(100, 1));
  EXPECT_FALSE(SyncWait(BindPrincipal(accounts, "arn:aws:iam::111122223333:root", kTestRegion)))
      << "a damaged record says nothing";
}

}  // namespace
}  // namespace kagimori::keys
