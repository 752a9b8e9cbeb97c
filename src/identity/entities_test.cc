#include "identity/entities.h"

#include <gtest/gtest.h>

#include <set>

#include "identity/managed_policies.h"

namespace kagimori::identity {
namespace {

constexpr AccountId kAccount = AccountId::FromNumber(7);

TEST(Entities, ArnsAreReadAsTheyAreWritten) {
  struct Case {
    EntityKind kind;
    const char* path;
    const char* name;
    const char* arn;
  };
  for (const Case& c : {Case{EntityKind::kUser, "/", "Bob", "arn:aws:iam::000000000007:user/Bob"},
                        Case{EntityKind::kRole, "/a/b/", "r", "arn:aws:iam::000000000007:role/a/b/r"},
                        Case{EntityKind::kGroup, "/", "g", "arn:aws:iam::000000000007:group/g"},
                        Case{EntityKind::kPolicy, "/x/", "p", "arn:aws:iam::000000000007:policy/x/p"},
                        Case{EntityKind::kOidcProvider, "/", "example.com/a/b",
                             "arn:aws:iam::000000000007:oidc-provider/example.com/a/b"}}) {
    EXPECT_EQ(ArnOf(kAccount, c.kind, c.path, c.name), c.arn);
    const auto parsed = ParseEntityArn(c.arn);
    ASSERT_TRUE(parsed) << c.arn;
    EXPECT_EQ(parsed->account, kAccount);
    EXPECT_EQ(parsed->kind, c.kind);
    EXPECT_EQ(parsed->path, c.path);
    EXPECT_EQ(parsed->name, c.name);
  }
}

TEST(Entities, WhatIsNoArnOfAnEntity) {
  for (std::string_view text :
       {"", "Bob", "arn:aws:iam::000000000007:user", "arn:aws:iam::000000000007:user/", "arn:aws:iam::7:user/Bob",
        "arn:aws:iam::000000000007:root", "arn:aws:sts::000000000007:user/Bob", "arn:aws:iam::000000000007:thing/Bob",
        "arn:aws:iam:::user/Bob", "arn:aws:iam::000000000007:user/a/"}) {
    EXPECT_FALSE(ParseEntityArn(text)) << text;
  }
}

TEST(Entities, UniqueIdsHaveAwssForm) {
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    const std::string id = NewUniqueId(EntityKind::kRole);
    EXPECT_EQ(id.size(), 21u);
    EXPECT_TRUE(id.starts_with("AROA"));
    EXPECT_EQ(id.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"), id.npos) << id;
    EXPECT_TRUE(seen.insert(id).second);
  }
}

TEST(ManagedPolicies, AllOfThemCanBeRead) {
  EXPECT_GE(AwsManagedPolicies().size(), 8u);
  for (const auto& [arn, policy] : AwsManagedPolicies()) {
    EXPECT_EQ(ParseEntityArn(arn)->account, std::nullopt);
    EXPECT_TRUE(policy->by_aws);
    EXPECT_NE(policy->Default().policy.compiled, nullptr) << arn;
    EXPECT_EQ(FindAwsManagedPolicy(arn), policy);
  }
  EXPECT_EQ(FindAwsManagedPolicy("arn:aws:iam::aws:policy/Nothing"), nullptr);
}

}  // namespace
}  // namespace kagimori::identity
