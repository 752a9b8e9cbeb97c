// What the decisions in authz/testdata do not show: which statement answers, who is asked for which key, what
// allocates.

#include "policy/evaluate.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <new>
#include <set>
#include <string>

namespace {
thread_local size_t allocations = 0;
}  // namespace

// Also the form that does not throw (std::stable_sort uses it): under AddressSanitizer it would otherwise be the
// sanitizer's, whose blocks do not go to free. Not inlined, since the compiler would take them for a mismatch.
[[gnu::noinline]] void* operator new(size_t size, const std::nothrow_t&) noexcept {
  ++allocations;
  return std::malloc(size == 0 ? 1 : size);
}
[[gnu::noinline]] void* operator new(size_t size) {
  if (void* block = operator new(size, std::nothrow)) return block;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* block) noexcept { std::free(block); }
[[gnu::noinline]] void operator delete(void* block, size_t) noexcept { std::free(block); }

namespace kagimori::policy {
namespace {

constexpr std::string_view kKey = "arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const AccountId kAccount = AccountId::FromNumber(111122223333);
const Caller kUser{.kind = Caller::Kind::kUser,
                   .account = kAccount,
                   .arn = "arn:aws:iam::111122223333:user/bob",
                   .unique_id = "AIDABOBBOBBOBBOBBOB12"};
const PrincipalBindings kIds = {{"arn:aws:iam::111122223333:user/bob", "AIDABOBBOBBOBBOBBOB12"}};

std::shared_ptr<const Document> KeyPolicy(const std::string& statements) {
  return Document::Compile(R"({"Version":"2012-10-17","Statement":[)" + statements + "]}", Kind::kKeyPolicy, kIds)
      .value();
}

std::string Statement(const std::string& effect, const std::string& principal, const std::string& more = "") {
  return R"({"Effect":")" + effect + R"(","Action":"kms:*","Resource":"*","Principal":)" + principal + more + "}";
}

constexpr char kRoot[] = R"({"AWS":"111122223333"})";
constexpr char kBob[] = R"({"AWS":"arn:aws:iam::111122223333:user/bob"})";

Outcome Ask(const Document& document, const RequestContext& context = MapContext()) {
  static const Action action("kms:Decrypt");
  return Evaluate(document, {.action = action, .resource = kKey, .caller = kUser, .context = context});
}

TEST(Evaluate, TheStrongestAllowAnswers) {
  const auto document = KeyPolicy(Statement("Allow", kRoot) + "," + Statement("Allow", kBob) + "," +
                                  Statement("Allow", "\"*\"") + "," + Statement("Allow", kBob));
  const Outcome outcome = Ask(*document);
  EXPECT_EQ(outcome.effect, Outcome::Effect::kAllow);
  EXPECT_EQ(outcome.match, PrincipalMatch::kDirect);
  EXPECT_EQ(outcome.statement, 1);
}

TEST(Evaluate, TheFirstDenyAnswersWhereverItStands) {
  const auto document = KeyPolicy(Statement("Allow", kBob) + "," + Statement("Deny", R"({"AWS":"444455556666"})") +
                                  "," + Statement("Deny", kRoot) + "," + Statement("Deny", "\"*\""));
  const Outcome outcome = Ask(*document);
  EXPECT_EQ(outcome.effect, Outcome::Effect::kDeny);
  EXPECT_EQ(outcome.match, PrincipalMatch::kNone);
  EXPECT_EQ(outcome.statement, 2);
}

TEST(Evaluate, NothingIsSaidByStatementsWithoutActionOrResource) {
  const auto document = KeyPolicy(R"({"Effect":"Allow","Principal":"*","Action":"kms:*"},
      {"Effect":"Deny","Principal":"*","Resource":"*"},{"Effect":"Allow","Principal":"*"})");
  EXPECT_EQ(Ask(*document).effect, Outcome::Effect::kNone);
  EXPECT_EQ(Ask(*document).statement, -1);
}

// "The delegation is action- and condition-scoped" (AWS KMS Developer Guide, Default key policy).
TEST(Evaluate, AConditionHoldsForItsStatementAlone) {
  const std::string via = R"(,"Condition":{"StringEquals":{"kms:ViaService":"s3.us-west-2.amazonaws.com"}})";
  const auto document = KeyPolicy(Statement("Allow", kBob, via) + "," + Statement("Allow", kRoot));
  EXPECT_EQ(Ask(*document).match, PrincipalMatch::kAccount);
  MapContext context;
  context.Set("kms:ViaService", "s3.us-west-2.amazonaws.com");
  EXPECT_EQ(Ask(*document, context).match, PrincipalMatch::kDirect);
}

TEST(Evaluate, AllOperatorsAndAllKeysMustHold) {
  const auto document = KeyPolicy(Statement("Allow", kBob, R"(,"Condition":{"StringEquals":{"a:x":"1","a:y":"2"},
      "Bool":{"aws:SecureTransport":"true"}})"));
  MapContext context;
  context.Set("a:x", "1");
  context.Set("a:y", "2");
  EXPECT_EQ(Ask(*document, context).effect, Outcome::Effect::kNone);
  context.Set("aws:SecureTransport", "true");
  EXPECT_EQ(Ask(*document, context).effect, Outcome::Effect::kAllow);
  context.Set("a:y", "3");
  EXPECT_EQ(Ask(*document, context).effect, Outcome::Effect::kNone);
}

class CountingContext : public RequestContext {
 public:
  ConditionValues Find(const ConditionKey& key) const override {
    asked.insert(key.ToString());
    return {};
  }
  mutable std::set<std::string> asked;
};

TEST(Evaluate, OnlyKeysThatCanMatterAreAskedFor) {
  const auto document =
      KeyPolicy(Statement("Allow", R"({"AWS":"444455556666"})", R"(,"Condition":{"Null":{"a:other":"true"}})") + "," +
                Statement("Allow", kRoot, R"(,"Condition":{"Null":{"a:mine":"true"}})"));
  const CountingContext context;
  EXPECT_EQ(Ask(*document, context).match, PrincipalMatch::kAccount);
  EXPECT_EQ(context.asked, std::set<std::string>{"a:mine"});
}

TEST(Evaluate, DoesNotAllocate) {
  const auto document = KeyPolicy(
      Statement("Deny", "\"*\"",
                R"(,"Condition":{"NotIpAddress":{"aws:SourceIp":"10.0.0.0/8"},"StringNotLike":{"aws:username":"b*"},
          "DateLessThan":{"aws:CurrentTime":"2024-01-01T00:00:00Z"},"NumericGreaterThan":{"kms:RotationPeriodInDays":"90"}})") +
      "," +
      Statement(
          "Deny", "\"*\"",
          R"(,"Condition":{"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::111122223333:user/${aws:username}"}})") +
      "," +
      Statement("Allow", kBob,
                R"(,"Condition":{"StringLike":{"aws:PrincipalArn":"arn:aws:iam::*:user/${aws:username}"}})"));
  MapContext context;
  context.Set("aws:SourceIp", "192.0.2.1");
  context.Set("aws:username", "bob");
  context.Set("aws:CurrentTime", "2026-01-02T03:04:05.678Z");
  context.Set("aws:PrincipalArn", "arn:aws:iam::111122223333:user/bob");
  const size_t before = allocations;
  const Outcome outcome = Ask(*document, context);
  const size_t after = allocations;
  EXPECT_EQ(outcome.effect, Outcome::Effect::kAllow);
  EXPECT_EQ(after, before);
}

TEST(Action, KnowsThoseOfKms) {
  EXPECT_GE(Action("kms:Decrypt").known(), 0);
  EXPECT_EQ(Action("kms:Decrypt").known(), Action("KMS:DECRYPT").known());
  EXPECT_EQ(Action("kms:Nothing").known(), -1);
  EXPECT_EQ(Action("sts:AssumeRole").lower(), "sts:assumerole");
}

}  // namespace
}  // namespace kagimori::policy
