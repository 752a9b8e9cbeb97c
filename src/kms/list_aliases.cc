#include "kms/list_aliases.h"

#include <algorithm>

#include "kms/paging.h"

namespace kagimori::kms {

namespace {

constexpr size_t kDefaultLimit = 50;
constexpr size_t kMaxLimit = 100;

using Api = ListAliases::Api;
using OpError = shapes::OpError<Api>;

// The aliases of one key, in the order of their names; `from`: the last name of the page before. One more than the
// limit shows that there is more.
Task<Resolved<Api, std::vector<keys::Alias>>> AliasesOfKey(Session& session, const keys::Key& key,
                                                           const std::string& from, size_t limit) {
  std::vector<keys::Alias> aliases;
  auto at = std::ranges::upper_bound(key.aliases, from);
  for (; at != key.aliases.end() && aliases.size() <= limit; ++at) {
    keys::AliasName name{.account = key.name.account, .region = key.name.region, .name = *at};
    Result<std::shared_ptr<const keys::Alias>> alias = co_await session.resolver.GetAlias(std::move(name));
    if (!alias) co_return std::unexpected(OpError::From(Internal(std::move(alias).error(), session.trail)));
    if (*alias != nullptr) aliases.push_back(**alias);
  }
  co_return aliases;
}

std::string Binding(const Call& call, const ListAliases::Request& request) {
  return MarkerBinding(Api::kOperation, call.region, request.key_id.value_or(""));
}

}  // namespace

Task<Resolved<Api, ListAliases::Inputs>> ListAliases::Resolve(Session& session, const Request& request) {
  auto scope = AuthorizeAccount<Api, keys::action::ListAliases>(session);
  if (!scope) co_return std::unexpected(std::move(scope).error());
  std::shared_ptr<const keys::Key> key;
  if (request.key_id) {
    auto found = co_await session.resolver.FindKey(*request.key_id, keys::AliasForms::kRefused);
    if (!found) {
      co_return std::unexpected(
          OpError::From(ToApiError(std::move(found).error(), keys::action::ListAliases::kName, session)));
    }
    key = std::move(found->key);
    // Aliases are in the account and Region of their key: those of a foreign one are not the caller's to list.
    if (key->name.account != session.call.account()) {
      co_return std::unexpected(OpError::From(
          ToApiError(authz::Authorizer::ForeignKey(session.call.caller, keys::action::ListAliases::kName, key->arn),
                     session.trail)));
    }
  }
  std::string from;
  if (request.marker) {
    Result<std::string> opened = session.call.markers.Open(Binding(session.call, request), *request.marker);
    if (!opened) co_return std::unexpected(OpError(shapes::Errors::InvalidMarker(std::string(kBadMarker))));
    from = *std::move(opened);
  }
  size_t limit = PageLimit(request.limit, kDefaultLimit, kMaxLimit);
  Inputs inputs{.scope = std::move(*scope), .aliases = {}, .next = {}};
  if (key != nullptr) {
    auto aliases = co_await AliasesOfKey(session, *key, from, limit);
    if (!aliases) co_return std::unexpected(std::move(aliases).error());
    inputs.aliases = *std::move(aliases);
    if (inputs.aliases.size() > limit) {
      inputs.aliases.resize(limit, inputs.aliases.front());
      inputs.next = inputs.aliases.back().name.name;
    }
    co_return inputs;
  }
  Result<keys::KeyTable::AliasPage> page = co_await session.resolver.table()->ListAliases(
      session.call.account(), session.call.region, std::move(from), limit, session.call.now);
  if (!page) co_return std::unexpected(OpError::From(Internal(std::move(page).error(), session.trail)));
  inputs.aliases = std::move(page->aliases);
  inputs.next = std::move(page->next);
  co_return inputs;
}

Outcome<Api> ListAliases::Run(const Call& call, Inputs inputs, const Request& request, Trail&) {
  shapes::ListAliasesResponse response;
  response.aliases.emplace();
  for (const keys::Alias& alias : inputs.aliases) {
    response.aliases->push_back({.alias_name = alias.name.name,
                                 .alias_arn = alias.name.Arn(),
                                 .target_key_id = alias.target.ToString(),
                                 .creation_date = alias.created,
                                 .last_updated_date = alias.updated});
  }
  response.truncated = !inputs.next.empty();
  if (*response.truncated) response.next_marker = call.markers.Seal(Binding(call, request), inputs.next);
  return Reply<Api>{.response = std::move(response), .change = std::nullopt};
}

}  // namespace kagimori::kms
