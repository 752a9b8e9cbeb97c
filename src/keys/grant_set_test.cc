#include "keys/grant_set.h"

#include <gtest/gtest.h>

#include <random>

#include "keys/testing/test_grants.h"

namespace kagimori::keys {
namespace {

using enum GrantOperation;
using shapes::StringMap;

GrantTerms Equals(StringMap pairs, GrantOperations operations = {kDecrypt, kCreateGrant, kDescribeKey}) {
  return {.operations = operations, .constraints = {.equals = std::move(pairs)}};
}
GrantTerms Subset(StringMap pairs, GrantOperations operations = {kDecrypt, kCreateGrant, kDescribeKey}) {
  return {.operations = operations, .constraints = {.subset = std::move(pairs)}};
}
GrantTerms Open(GrantOperations operations = {kDecrypt, kCreateGrant, kDescribeKey}) {
  return {.operations = operations, .constraints = {}};
}
GrantTerms FromSource(const char* arn, GrantOperations operations = {kDecrypt, kCreateGrant, kDescribeKey}) {
  return {.operations = operations, .constraints = {.source_arn = arn}};
}

std::shared_ptr<const Grant> GrantOf(GrantTerms terms) {
  Grant grant = TestGrant();
  grant.terms = std::move(terms);
  return std::make_shared<const Grant>(std::move(grant));
}
// By itself, and in a set of its own.
bool AllowsBothWays(const GrantTerms& terms, const GrantQuestion& question) {
  const bool alone = Allows(terms, question);
  EXPECT_EQ(GrantAllows(GrantSet({GrantOf(terms)}), question) != nullptr, alone);
  return alone;
}
bool OpensWith(const GrantTerms& terms, const StringMap& context, GrantOperation operation = kDecrypt) {
  return AllowsBothWays(terms, {.operation = operation, .encryption_context = &context});
}

TEST(GrantConstraints, Equals) {
  const GrantTerms grant = Equals({{"a", "1"}, {"b", "2"}});
  EXPECT_TRUE(OpensWith(grant, {{"b", "2"}, {"a", "1"}})) << "the order does not matter";
  EXPECT_FALSE(OpensWith(grant, {{"a", "1"}}));
  EXPECT_FALSE(OpensWith(grant, {{"a", "1"}, {"b", "2"}, {"c", "3"}}));
  EXPECT_FALSE(OpensWith(grant, {{"a", "1"}, {"b", "3"}}));
  EXPECT_FALSE(OpensWith(grant, {}));
  EXPECT_FALSE(AllowsBothWays(grant, {.operation = kDecrypt})) << "a request without a context has an empty one";
}

TEST(GrantConstraints, Subset) {
  const GrantTerms grant = Subset({{"a", "1"}, {"b", "2"}});
  EXPECT_TRUE(OpensWith(grant, {{"a", "1"}, {"b", "2"}}));
  EXPECT_TRUE(OpensWith(grant, {{"a", "1"}, {"b", "2"}, {"c", "3"}}));
  EXPECT_FALSE(OpensWith(grant, {{"a", "1"}}));
  EXPECT_FALSE(OpensWith(grant, {{"a", "1"}, {"b", "3"}}));
  EXPECT_FALSE(OpensWith(grant, {}));
}

// The developer guide; the API's reference says that keys are not case sensitive. The strict reading is the safe one.
TEST(GrantConstraints, GuessKeysAreCaseSensitiveAsValuesAre) {
  for (const GrantTerms& grant : {Equals({{"Team", "Red"}}), Subset({{"Team", "Red"}})}) {
    EXPECT_TRUE(OpensWith(grant, {{"Team", "Red"}}));
    EXPECT_FALSE(OpensWith(grant, {{"team", "Red"}}));
    EXPECT_FALSE(OpensWith(grant, {{"Team", "red"}}));
  }
}

TEST(GrantConstraints, NoneAtAll) {
  EXPECT_TRUE(OpensWith(Open(), {{"a", "1"}}));
  EXPECT_TRUE(OpensWith(Open(), {}));
  EXPECT_FALSE(OpensWith(Open({kEncrypt}), {})) << "another operation";
}

TEST(GrantConstraints, OnTheContextAreNotForDescribeKeyAndRetireGrant) {
  for (GrantOperation operation : {kDescribeKey, kRetireGrant}) {
    EXPECT_TRUE(OpensWith(Equals({{"a", "1"}}, {operation}), {}, operation));
    EXPECT_TRUE(OpensWith(Subset({{"a", "1"}}, {operation}), {}, operation));
    EXPECT_FALSE(OpensWith(Equals({{"a", "1"}}, {kDecrypt}), {{"a", "1"}}, operation));
  }
}

TEST(GrantConstraints, SourceArn) {
  const GrantTerms grant = FromSource("arn:aws:s3:::mine", {kDecrypt, kDescribeKey, kRetireGrant});
  for (GrantOperation operation : {kDecrypt, kDescribeKey}) {
    EXPECT_TRUE(AllowsBothWays(grant, {.operation = operation, .source_arn = "arn:aws:s3:::mine"}));
    EXPECT_FALSE(AllowsBothWays(grant, {.operation = operation, .source_arn = "arn:aws:s3:::Mine"}));
    EXPECT_FALSE(AllowsBothWays(grant, {.operation = operation})) << "no service makes the request";
  }
  EXPECT_TRUE(AllowsBothWays(grant, {.operation = kRetireGrant}));
  GrantTerms both = grant;
  both.constraints.subset = {{"a", "1"}};
  const StringMap context = {{"a", "1"}};
  EXPECT_TRUE(
      AllowsBothWays(both, {.operation = kDecrypt, .encryption_context = &context, .source_arn = "arn:aws:s3:::mine"}));
  EXPECT_FALSE(AllowsBothWays(both, {.operation = kDecrypt, .encryption_context = &context}));
  EXPECT_FALSE(AllowsBothWays(both, {.operation = kDecrypt, .source_arn = "arn:aws:s3:::mine"}));
  EXPECT_TRUE(AllowsBothWays(Open(), {.operation = kDecrypt, .source_arn = "arn:aws:s3:::mine"}));
}

// What a grant that came from another grant may be.
TEST(SubGrants, NoMoreOperations) {
  const GrantTerms parent = Open({kDecrypt, kEncrypt, kCreateGrant});
  EXPECT_TRUE(AllowsSubGrant(parent, Open({kDecrypt})));
  EXPECT_TRUE(AllowsSubGrant(parent, Open({kDecrypt, kEncrypt, kCreateGrant})));
  EXPECT_FALSE(AllowsSubGrant(parent, Open({kDecrypt, kSign})));
  EXPECT_FALSE(AllowsSubGrant(parent, Open({kDecrypt, kRetireGrant}))) << "RetireGrant counts, too";
  EXPECT_FALSE(AllowsSubGrant(Open({kDecrypt}), Open({kDecrypt}))) << "without CreateGrant nothing is handed on";
}

TEST(SubGrants, ConstraintsAtLeastAsStrict) {
  struct Case {
    GrantTerms parent;
    GrantTerms child;
    bool allowed;
  };
  const StringMap one = {{"a", "1"}};
  const StringMap two = {{"a", "1"}, {"b", "2"}};
  const StringMap other = {{"b", "2"}};
  const Case cases[] = {
      {Open(), Open(), true},
      {Open(), Equals(one), true},
      {Open(), Subset(one), true},
      {Subset(one), Open(), false},
      {Subset(one), Subset(one), true},
      {Subset(one), Subset(two), true},
      {Subset(two), Subset(one), false},
      {Subset(one), Subset(other), false},
      {Subset(one), Equals(one), true},
      {Subset(one), Equals(two), true},
      {Subset(two), Equals(one), false},
      {Equals(one), Equals(one), true},
      {Equals(one), Equals(two), false},
      {Equals(two), Equals(one), false},
      {Equals(one), Subset(one), false},
      {Equals(one), Open(), false},
      {FromSource("arn:x"), FromSource("arn:x"), true},
      {FromSource("arn:x"), FromSource("arn:y"), false},
      {FromSource("arn:x"), Open(), false},
      {Open(), FromSource("arn:x"), true},
  };
  for (const Case& it : cases) {
    EXPECT_EQ(AllowsSubGrant(it.parent, it.child), it.allowed) << &it - cases;
    GrantTerms parent = it.parent;
    const std::string source = parent.constraints.source_arn;
    GrantQuestion question{.operation = kCreateGrant, .child = &it.child};
    if (!source.empty()) question.source_arn = source;
    EXPECT_EQ(AllowsBothWays(parent, question), it.allowed) << &it - cases;
  }
  EXPECT_FALSE(AllowsBothWays(Open(), {.operation = kCreateGrant})) << "to make what?";
}

TEST(SubGrants, OneParentHasToAllowItAll) {
  const GrantSet set({GrantOf(Open({kDecrypt, kCreateGrant})), GrantOf(Open({kEncrypt, kCreateGrant}))});
  const GrantTerms both = Open({kDecrypt, kEncrypt});
  const GrantTerms second = Open({kEncrypt});
  EXPECT_EQ(GrantAllows(set, {.operation = kCreateGrant, .child = &both}), nullptr);
  EXPECT_NE(GrantAllows(set, {.operation = kCreateGrant, .child = &second}), nullptr);
}

TEST(GrantSet, WithoutGrantsAllowsNothing) {
  const StringMap context = {{"a", "1"}};
  for (GrantOperation operation : GrantOperations::FromBits((1u << GrantOperations::kCount) - 1)->List()) {
    EXPECT_EQ(GrantAllows(GrantSet(), {.operation = operation, .encryption_context = &context}), nullptr);
  }
}

// The arrangement finds a grant exactly where a look at each one would.
TEST(GrantSet, AgreesWithALookAtEachGrant) {
  std::mt19937 random(7);
  auto number = [&](int below) { return static_cast<int>(random() % static_cast<unsigned>(below)); };
  auto pairs = [&] {
    std::vector<StringMap::Entry> entries;
    for (int i = 0, count = number(4); i < count; ++i)
      entries.emplace_back(std::string(1, static_cast<char>('a' + number(4))), std::to_string(number(2)));
    return StringMap(std::move(entries));
  };
  const char* const sources[] = {"", "arn:x", "arn:y"};
  int allowed = 0;
  for (int round = 0; round < 300; ++round) {
    std::vector<std::shared_ptr<const Grant>> grants;
    for (int i = 0, count = number(12); i < count; ++i) {
      GrantTerms terms;
      const uint32_t bits = random() & random() & random() & ((1u << GrantOperations::kCount) - 1);
      terms.operations = *GrantOperations::FromBits(bits | 1u << number(GrantOperations::kCount));
      if (int kind = number(3); kind != 0) {
        StringMap some = pairs();
        if (!some.empty()) (kind == 1 ? terms.constraints.equals : terms.constraints.subset) = std::move(some);
      }
      terms.constraints.source_arn = sources[number(3)];
      grants.push_back(GrantOf(std::move(terms)));
    }
    const GrantSet set(grants);
    for (int ask = 0; ask < 60; ++ask) {
      const StringMap context = pairs();
      const GrantTerms child = Subset(pairs(), {kDecrypt});
      GrantQuestion question{
          .operation = *GrantOperationFor(
              "kms:" +
              std::string(Name(GrantOperations::FromBits((1u << 19) - 1)->List()[static_cast<size_t>(number(19))]))),
          .encryption_context = number(4) == 0 ? nullptr : &context,
          .child = number(4) == 0 ? nullptr : &child};
      if (int source = number(3); source != 0) question.source_arn = sources[source];
      const bool expected =
          std::ranges::any_of(grants, [&](const auto& grant) { return Allows(grant->terms, question); });
      const Grant* found = GrantAllows(set, question);
      ASSERT_EQ(found != nullptr, expected);
      if (found != nullptr) {
        ASSERT_TRUE(Allows(found->terms, question));
        ++allowed;
      }
    }
  }
  EXPECT_GT(allowed, 500);
}

}  // namespace
}  // namespace kagimori::keys
