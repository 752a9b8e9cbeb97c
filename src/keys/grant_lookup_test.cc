#include "keys/grant_lookup.h"

#include <gtest/gtest.h>

#include "keys/testing/test_grants.h"

namespace kagimori::keys {
namespace {

using enum GrantOperation;

CallerForms Session() {
  return {{PrincipalKind::kRoleSession, "arn:session"},
          {PrincipalKind::kRole, "AROAONE"},
          {PrincipalKind::kAccount, kOtherAccount.ToString()}};
}

class GrantLookup : public testing::Test {
 protected:
  CallerGrants LookUp() { return SyncWait(LookUpGrants(&room.grants(), &view, TestName(), Session())).value(); }
  std::optional<GrantMatch> Match(GrantOperation operation) {
    grants = LookUp();
    return FindAllowing(grants, {.operation = operation});
  }

  GrantRoom room;
  GrantCache::View view{&room.grants().cache()};
  CallerGrants grants;
};

TEST_F(GrantLookup, FindsWhatIsGivenToTheRoleAndToTheAccount) {
  EXPECT_FALSE(Match(kDecrypt));
  const GrantId to_role = room.Give(TestGrant());
  ASSERT_TRUE(Match(kDecrypt));
  EXPECT_EQ(Match(kDecrypt)->grant->id, to_role);
  EXPECT_FALSE(Match(kDecrypt)->through_account);
  EXPECT_FALSE(Match(kEncrypt));
  room.Give(TestGrant(TestAccountPrincipal(kOtherAccount), {kDecrypt, kEncrypt}));
  EXPECT_EQ(Match(kDecrypt)->grant->id, to_role) << "the closest";
  EXPECT_TRUE(Match(kEncrypt)->through_account);
  room.End(to_role);
  EXPECT_TRUE(Match(kDecrypt)->through_account);
}

TEST_F(GrantLookup, WithoutWaitingOnceAllIsCached) {
  EXPECT_FALSE(FindCachedGrants(&view, TestName(), Session()));
  EXPECT_TRUE(LookUp().sets.empty());
  ASSERT_TRUE(FindCachedGrants(&view, TestName(), Session())) << "that there are none is known";
  room.Give(TestGrant());
  EXPECT_FALSE(FindCachedGrants(&view, TestName(), Session())) << "not what was before";
  LookUp();
  ASSERT_TRUE(FindCachedGrants(&view, TestName(), Session()));
  EXPECT_TRUE(FindAllowing(*FindCachedGrants(&view, TestName(), Session()), {.operation = kDecrypt}));
}

TEST_F(GrantLookup, WhatCannotBeReadAllowsNothing) {
  const GrantId id = room.Give(TestGrant());
  room.Delete(GrantPath(TestName(), id));
  EXPECT_FALSE(SyncWait(LookUpGrants(&room.grants(), &view, TestName(), Session())));
}

}  // namespace
}  // namespace kagimori::keys
