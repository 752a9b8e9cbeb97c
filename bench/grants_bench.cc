// A decision by a grant where the key has 50,000 of them. The goal is 2 µs.

#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <vector>

#include "keys/grant_lookup.h"
#include "keys/testing/test_grants.h"

namespace kagimori::keys {
namespace {

constexpr int kGrants = 50'000;
using shapes::StringMap;

std::shared_ptr<const Grant> NumberedGrant(int number, GrantConstraints constraints) {
  Grant grant = TestGrant();
  for (size_t byte = 0; byte < 4; ++byte) grant.id.random[byte] = static_cast<uint8_t>(number >> (8 * byte));
  grant.terms.constraints = std::move(constraints);
  return std::make_shared<const Grant>(std::move(grant));
}

// All of them one grantee's, each with a context of its own.
GrantSet SetOf(bool equals) {
  std::vector<std::shared_ptr<const Grant>> grants;
  for (int i = 0; i < kGrants; ++i) {
    StringMap pairs = {{"aws:ebs:id", "vol-" + std::to_string(i)}, {"team", "storage"}};
    grants.push_back(equals ? NumberedGrant(i, {.equals = std::move(pairs)})
                            : NumberedGrant(i, {.subset = std::move(pairs)}));
  }
  return GrantSet(std::move(grants));
}

void DecideByContext(benchmark::State& state, bool equals, bool allowed) {
  const GrantSet set = SetOf(equals);
  const StringMap context = {{"aws:ebs:id", allowed ? "vol-43210" : "vol-none"}, {"team", "storage"}};
  const GrantQuestion question{.operation = GrantOperation::kDecrypt, .encryption_context = &context};
  for (auto _ : state) {
    const Grant* found = GrantAllows(set, question);
    if ((found != nullptr) != allowed) state.SkipWithError("a wrong decision");
    benchmark::DoNotOptimize(found);
  }
}
void EqualsAllowed(benchmark::State& state) { DecideByContext(state, true, true); }
void EqualsDenied(benchmark::State& state) { DecideByContext(state, true, false); }
void SubsetAllowed(benchmark::State& state) { DecideByContext(state, false, true); }
void SubsetDenied(benchmark::State& state) { DecideByContext(state, false, false); }
BENCHMARK(EqualsAllowed)->Name("Grants/OneGrantee/Equals/Allowed");
BENCHMARK(EqualsDenied)->Name("Grants/OneGrantee/Equals/Denied");
BENCHMARK(SubsetAllowed)->Name("Grants/OneGrantee/Subset/Allowed");
BENCHMARK(SubsetDenied)->Name("Grants/OneGrantee/Subset/Denied");

// The whole way of a role session: its three forms looked up in the core's view, with 50,000 grantees in the cache.
void LookUpAndDecide(benchmark::State& state) {
  seal::TestStore test;
  GrantTable table(test.hierarchy.get(), &test.store, size_t{256} << 20);
  auto role = [](int number) { return "AROA" + std::to_string(1'000'000 + number); };
  for (int i = 0; i < kGrants; ++i) {
    auto set = std::make_shared<const GrantSet>(std::vector{NumberedGrant(i, {})});
    table.cache().Insert(table.cache().BeginLoad(), {.key = TestName(), .grantee = {PrincipalKind::kRole, role(i)}},
                         std::move(set), 1024);
  }
  const CallerForms forms = FormsOf(policy::Caller{.kind = policy::Caller::Kind::kRoleSession,
                                                   .account = kOtherAccount,
                                                   .arn = "arn:aws:sts::444455556666:assumed-role/volumes/i-0123456789",
                                                   .unique_id = role(43'210)});
  const auto none = std::make_shared<const GrantSet>();
  for (const PrincipalForm& form : forms) {
    if (form.kind != PrincipalKind::kRole)
      table.cache().Insert(table.cache().BeginLoad(), {.key = TestName(), .grantee = form}, none, 512);
  }
  GrantCache::View view(&table.cache());
  const GrantQuestion question{.operation = GrantOperation::kDecrypt};
  for (auto _ : state) {
    const auto grants = FindCachedGrants(&view, TestName(), forms);
    const auto match = grants ? FindAllowing(*grants, question) : std::nullopt;
    if (!match) state.SkipWithError("a wrong decision");
    benchmark::DoNotOptimize(match);
  }
}
BENCHMARK(LookUpAndDecide)->Name("Grants/ManyGrantees/LookUpAndDecide");

}  // namespace
}  // namespace kagimori::keys
