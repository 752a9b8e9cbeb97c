#include "keys/grant_lookup.h"

#include <utility>

namespace kagimori::keys {

std::optional<CallerGrants> FindCachedGrants(GrantCache::View* view, const KeyName& key, const CallerForms& forms) {
  CallerGrants grants;
  for (const PrincipalForm& form : forms) {
    const std::shared_ptr<const GrantSet>* set = GrantTable::FindCached(view, {.key = key, .grantee = form});
    if (set == nullptr) return std::nullopt;
    if (!(*set)->empty()) grants.sets.push_back({form.kind, *set});
  }
  return grants;
}

Task<Result<CallerGrants>> LookUpGrants(GrantTable* table, GrantCache::View* view, KeyName key, CallerForms forms) {
  CallerGrants grants;
  for (PrincipalForm& form : forms) {
    const PrincipalKind kind = form.kind;
    GranteeName name{.key = key, .grantee = std::move(form)};
    std::shared_ptr<const GrantSet> set;
    if (const auto* cached = GrantTable::FindCached(view, name)) {
      set = *cached;
    } else {
      Result<std::shared_ptr<const GrantSet>> loaded = co_await table->Load(std::move(name));
      if (!loaded) co_return std::unexpected(std::move(loaded).error());
      set = *std::move(loaded);
    }
    if (!set->empty()) grants.sets.push_back({kind, std::move(set)});
  }
  co_return grants;
}

std::optional<GrantMatch> FindAllowing(const CallerGrants& grants, const GrantQuestion& question) {
  for (const CallerGrants::Entry& entry : grants.sets) {
    if (const Grant* grant = GrantAllows(*entry.set, question))
      return GrantMatch{.grant = grant, .through_account = entry.kind == PrincipalKind::kAccount};
  }
  return std::nullopt;
}

}  // namespace kagimori::keys
