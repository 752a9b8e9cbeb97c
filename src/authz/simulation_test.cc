#include "authz/simulation.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace kagimori::authz {
namespace {

using policy::Document;
using policy::Kind;
using Effect = policy::Outcome::Effect;

constexpr AccountId kOwner = AccountId::FromNumber(111122223333);
constexpr std::string_view kKey = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

std::shared_ptr<const Document> Compile(std::string_view statements, Kind kind) {
  return Document::Compile(R"({"Version":"2012-10-17","Statement":[)" + std::string(statements) + "]}", kind).value();
}

struct Call {
  policy::Caller caller{.kind = policy::Caller::Kind::kUser,
                        .account = kOwner,
                        .arn = "arn:aws:iam::111122223333:user/Bob",
                        .unique_id = "AIDAX"};
  policy::MapContext given;
  policy::Action action{"kms:Decrypt"};
  std::shared_ptr<const Document> key_policy = Compile(
      R"({"Sid":"Account","Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"kms:*","Resource":"*"})",
      Kind::kKeyPolicy);
  std::shared_ptr<const Document> first, second, boundary;
  GrantVerdict grant;

  Simulation Decide(const WhatIfContext& context) const {
    std::vector<NamedPolicy> identity;
    if (first) identity.push_back({first.get(), "first"});
    if (second) identity.push_back({second.get(), "second"});
    IdentitySide side{.identity = identity, .boundary = {}, .session = {}};
    if (boundary) side.boundary = NamedPolicy{boundary.get(), "boundary"};
    return Simulate({.action = action, .resource = kKey, .caller = caller, .context = context}, kKey, side,
                    {.kind = Target::Kind::kKey,
                     .policy = NamedPolicy{key_policy.get(), kKey},
                     .owner = kOwner,
                     .cross_account = true,
                     .grants = [this] { return grant; }});
  }
};

// Every policy is asked, also behind one that has denied; the verdict is the real one's.
TEST(Simulation, TellsWhatEveryPolicySaid) {
  Call call;
  call.first = Compile(R"({"Effect":"Deny","Action":"kms:Decrypt","Resource":"*"})", Kind::kIdentity);
  call.second = Compile(R"({"Effect":"Allow","Action":"s3:*","Resource":"*"},
                           {"Sid":"All","Effect":"Allow","Action":"*","Resource":"*"})",
                        Kind::kIdentity);
  call.boundary = Compile(R"({"Effect":"Allow","Action":"s3:*","Resource":"*"})", Kind::kBoundary);
  const WhatIfContext context(call.given, nullptr);
  const Simulation made = call.Decide(context);
  EXPECT_EQ(made.decision, Simulation::Decision::kExplicitDeny);
  EXPECT_EQ(made.explanation, "denied by identity policy first, statement 0");
  ASSERT_EQ(made.findings.size(), 5u);
  EXPECT_EQ(made.findings[0].type, PolicyType::kResource);
  EXPECT_EQ(made.findings[0].match, policy::PrincipalMatch::kAccount);
  EXPECT_EQ(made.findings[0].sid, "Account");
  EXPECT_EQ(made.findings[1].effect, Effect::kDeny);
  EXPECT_EQ(made.findings[2].effect, Effect::kAllow);
  EXPECT_EQ(made.findings[2].statement, 1);
  EXPECT_EQ(made.findings[2].sid, "All");
  EXPECT_EQ(made.findings[3].type, PolicyType::kBoundary);
  EXPECT_EQ(made.findings[3].effect, Effect::kNone);
  EXPECT_EQ(made.findings[4].type, PolicyType::kGrant);
  EXPECT_EQ(made.findings[4].effect, Effect::kNone);
}

TEST(Simulation, AGrantDecidesAfterPolicies) {
  Call call;
  call.grant = {.allows = true, .through_account = false, .grant_id = "abc"};
  const WhatIfContext context(call.given, nullptr);
  Simulation made = call.Decide(context);
  EXPECT_EQ(made.explanation, "allowed by grant abc");
  EXPECT_TRUE(made.message.empty());
  call.first = Compile(R"({"Effect":"Allow","Action":"kms:*","Resource":"*"})", Kind::kIdentity);
  made = call.Decide(context);
  EXPECT_EQ(made.decision, Simulation::Decision::kAllowed);
  EXPECT_NE(made.explanation.find("identity policy first"), std::string::npos);
  EXPECT_EQ(made.findings.back().policy, "abc") << "it is told although it was not needed";
}

TEST(WhatIfContext, GivenBeforeKnownAndAbsentOnesNoted) {
  policy::MapContext given, known;
  given.Set("aws:username", "given");
  known.Set("aws:username", "known");
  known.Set("aws:userid", "id");
  const WhatIfContext context(given, &known);
  const auto find = [&](std::string_view name) { return context.Find(*policy::ConditionKey::Parse(name)); };
  EXPECT_EQ(find("aws:username").values()[0], "given");
  EXPECT_EQ(find("aws:userid").values()[0], "id");
  EXPECT_TRUE(context.absent().empty());
  EXPECT_TRUE(find("aws:PrincipalTag/Team").absent());
  EXPECT_EQ(context.absent(), std::set<std::string>{"aws:principaltag/team"});
}

}  // namespace
}  // namespace kagimori::authz
