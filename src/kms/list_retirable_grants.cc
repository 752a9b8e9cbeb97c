#include "kms/list_retirable_grants.h"

#include <fmt/format.h>

#include <utility>

#include "kms/grant_rules.h"
#include "kms/paging.h"

namespace kagimori::kms {
namespace {

constexpr size_t kDefaultLimit = 50;
constexpr size_t kMaxLimit = 100;

using shapes::Errors;
using Api = ListRetirableGrants::Api;
using OpError = shapes::OpError<Api>;
using Grants = std::vector<std::shared_ptr<const keys::Grant>>;

std::string Binding(const Call& call, const ListRetirableGrants::Request& request) {
  return MarkerBinding(Api::kOperation, call.region, *request.retiring_principal);
}

// Grants go with their keys; until the reaper has been there the key says so.
Task<Result<Grants>> OnLiveKeys(keys::Resolver& resolver, Grants grants) {
  Grants alive;
  for (auto& grant : grants) {
    Result<std::shared_ptr<const keys::Key>> key = co_await resolver.GetKey(grant->key);
    if (!key) co_return std::unexpected(std::move(key).error());
    if (*key != nullptr) alive.push_back(std::move(grant));
  }
  co_return alive;
}

}  // namespace

std::optional<OpError> ListRetirableGrants::Check(const Request& request) {
  if (request.retiring_principal.has_value() != request.retiring_service_principal.has_value()) return std::nullopt;
  // Guess: the texts.
  if (request.retiring_principal) {
    return OpError(Errors::Validation("RetiringPrincipal and RetiringServicePrincipal are mutually exclusive."));
  }
  return OpError(
      Errors::Validation("1 validation error detected: Value null at 'retiringPrincipal' failed to satisfy constraint: "
                         "Member must not be null"));
}

Task<Resolved<Api, ListRetirableGrants::Inputs>> ListRetirableGrants::Resolve(Session& session,
                                                                              const Request& request) {
  // Those of a service are for the service itself to list, and no service calls here.
  if (request.retiring_service_principal) {
    authz::Denial denial{
        .message = fmt::format("User: {} is not authorized to perform: {} on resource: {}", session.call.caller.arn,
                               keys::action::ListRetirableGrants::kName, *request.retiring_service_principal),
        .explanation = "no service calls here"};
    co_return std::unexpected(OpError::From(ToApiError(std::move(denial), session.trail)));
  }
  auto scope = session.authorizer.OnPrincipal<keys::action::ListRetirableGrants>(
      session.asking, keys::AccountScope{.account = session.call.account(), .region = session.call.region},
      *request.retiring_principal, &session.trail.decision);
  if (!scope) co_return std::unexpected(OpError::From(ToApiError(std::move(scope).error(), session.trail)));

  keys::GrantTable& grants = session.grants;
  auto retiring = co_await keys::BindPrincipal(grants.principals(), *request.retiring_principal, session.call.region);
  if (!retiring) co_return std::unexpected(OpError::From(Internal(std::move(retiring).error(), session.trail)));
  // Guess: for a principal of another account the same as for one that is not there.
  if (!*retiring || (**retiring).account != session.call.account())
    co_return std::unexpected(OpError::From(NotAPrincipal(*request.retiring_principal)));

  std::string from;
  if (request.marker) {
    Result<std::string> opened = session.call.markers.Open(Binding(session.call, request), *request.marker);
    if (!opened) co_return std::unexpected(OpError(Errors::InvalidMarker(std::string(kBadMarker))));
    from = *std::move(opened);
  }
  auto page = co_await grants.ListRetirable(**std::move(retiring), session.call.region, std::move(from),
                                            PageLimit(request.limit, kDefaultLimit, kMaxLimit));
  if (!page) co_return std::unexpected(OpError::From(Internal(std::move(page).error(), session.trail)));
  Result<Grants> alive = co_await OnLiveKeys(session.resolver, std::move(page->grants));
  if (!alive) co_return std::unexpected(OpError::From(Internal(std::move(alive).error(), session.trail)));
  auto shown = co_await ShowGrants(session, *std::move(alive));
  if (!shown) co_return std::unexpected(OpError::From(std::move(shown).error()));
  co_return Inputs{.scope = std::move(*scope), .page = *std::move(shown), .next = std::move(page->next)};
}

Outcome<Api> ListRetirableGrants::Run(const Call& call, Inputs inputs, const Request& request, Trail&) {
  inputs.page.truncated = !inputs.next.empty();
  if (*inputs.page.truncated) inputs.page.next_marker = call.markers.Seal(Binding(call, request), inputs.next);
  return Reply<Api>{.response = std::move(inputs.page), .change = std::nullopt};
}

}  // namespace kagimori::kms
