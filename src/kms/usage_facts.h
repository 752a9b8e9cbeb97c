#ifndef KAGIMORI_KMS_USAGE_FACTS_H_
#define KAGIMORI_KMS_USAGE_FACTS_H_

#include <algorithm>
#include <chrono>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "kms/on_key.h"

namespace kagimori::kms {

// kms:TrailingDaysWithoutKeyUsage beside the condition keys of an operation's parameters: whole days since the key's
// last use (AWS KMS Developer Guide, "AWS KMS condition keys").
class FactsWithUsage final : public authz::OperationFacts {
 public:
  // REQUIRES: `own` outlives it.
  FactsWithUsage(const authz::OperationFacts& own, std::chrono::milliseconds unused)
      : own_(own), days_(std::chrono::floor<std::chrono::days>(unused).count()) {}

  policy::ConditionValues Find(const policy::ConditionKey& key, authz::Scratch* scratch) const override {
    if (key.name() != policy::KeyName::kKmsTrailingDaysWithoutKeyUsage) return own_.Find(key, scratch);
    return scratch->Keep(std::to_string(days_));
  }
  const shapes::StringMap* EncryptionContext() const override { return own_.EncryptionContext(); }
  const keys::GrantTerms* Child() const override { return own_.Child(); }

 private:
  const authz::OperationFacts& own_;
  int64_t days_;
};

// ResolveKey for the operations that have that condition key. REQUIRES: they take no aliases.
template <class Api, class Action>
Task<Resolved<Api, keys::Authorized<Action, keys::Key>>> ResolveWithUsage(Session& session, std::string_view text) {
  std::expected<keys::ResolvedKey, keys::LookupFailure> found =
      co_await session.resolver.FindKey(text, keys::AliasForms::kRefused);
  std::optional<std::chrono::milliseconds> unused;
  if (found) {
    Result<std::optional<keys::LastUsage>> usage = co_await session.usage.Find(found->key->name);
    if (!usage) {
      session.trail.Add(found->key);
      co_return std::unexpected(shapes::OpError<Api>::From(Internal(std::move(usage).error(), session.trail)));
    }
    // Guess: a key that was never used counts from the day on which it was made, when its tracking began.
    const Timestamp since = *usage ? (*usage)->at : found->key->created;
    unused = std::chrono::milliseconds(std::max<int64_t>(session.call.now.millis - since.millis, 0));
  }
  const FactsWithUsage facts(session.asking.operation, unused.value_or(std::chrono::milliseconds(0)));
  Session with = session.With(facts);
  Session& asking = unused ? with : session;
  auto resolved = co_await ResolveKey<Api, Action>(asking, text, keys::AliasForms::kRefused, {});
  co_return resolved;
}

}  // namespace kagimori::kms

#endif  // KAGIMORI_KMS_USAGE_FACTS_H_
