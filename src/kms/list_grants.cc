#include "kms/list_grants.h"

#include <utility>

#include "kms/grant_rules.h"
#include "kms/paging.h"

namespace kagimori::kms {
namespace {

constexpr size_t kDefaultLimit = 50;
constexpr size_t kMaxLimit = 100;

using Api = ListGrants::Api;
using OpError = shapes::OpError<Api>;
using keys::GrantTable;

std::string Binding(const Call& call, const keys::Key& key, const ListGrants::Request& request) {
  std::string what = key.arn;
  what.append("/").append(request.grantee_principal.value_or(""));
  return MarkerBinding(Api::kOperation, call.region,
                       what.append("/").append(request.grantee_service_principal.value_or("")));
}

// Whose grants are asked for.
struct Filter {
  std::optional<keys::PrincipalForm> grantee;  // nothing: everybody's
  bool nobody = false;                         // nobody can have any
};

// By the ARN of somebody who is there, by the unique id of a user or role who may be gone, or by a service's name.
Task<Result<Filter>> FilterOf(Session& session, const ListGrants::Request& request) {
  if (request.grantee_principal && request.grantee_service_principal) co_return Filter{.grantee = {}, .nobody = true};
  if (request.grantee_service_principal) {
    std::optional<keys::GrantPrincipal> service = keys::ServicePrincipal(*request.grantee_service_principal);
    if (!service) co_return Filter{.grantee = {}, .nobody = true};
    co_return Filter{.grantee = std::move(service->form)};
  }
  if (!request.grantee_principal) co_return Filter{};
  const std::string& text = *request.grantee_principal;
  if (policy::IsUniqueId(text)) {
    const bool user = text.starts_with("AIDA");
    co_return Filter{.grantee = keys::PrincipalForm{
                         .kind = user ? keys::PrincipalKind::kUser : keys::PrincipalKind::kRole, .id = text}};
  }
  const keys::PrincipalDirectory& principals = session.grants.principals();
  auto bound = co_await keys::BindPrincipal(principals, text, session.call.region);
  if (!bound) co_return std::unexpected(std::move(bound).error());
  if (!*bound) co_return Filter{.grantee = {}, .nobody = true};
  co_return Filter{.grantee = std::move((**bound).form)};
}

// The one grant of a GrantId in the request, if it passes the filter.
Task<Result<GrantTable::Page>> OnlyThat(GrantTable& grants, keys::KeyName key, const std::string& grant_id,
                                        const Filter& filter) {
  GrantTable::Page page;
  const std::optional<keys::GrantId> id = keys::GrantId::Parse(grant_id);
  if (!id) co_return page;
  Result<std::shared_ptr<const keys::Grant>> grant = co_await grants.Find(key, *id);
  if (!grant) co_return std::unexpected(std::move(grant).error());
  if (*grant != nullptr && (!filter.grantee || (*grant)->grantee.form == *filter.grantee))
    page.grants.push_back(*std::move(grant));
  co_return page;
}

Task<Result<GrantTable::Page>> FindPage(Session& session, const keys::Key& key, const ListGrants::Request& request,
                                        std::string from) {
  Result<Filter> filter = co_await FilterOf(session, request);
  if (!filter) co_return std::unexpected(std::move(filter).error());
  if (filter->nobody) co_return GrantTable::Page{};
  GrantTable& grants = session.grants;
  if (request.grant_id) {
    Result<GrantTable::Page> page = co_await OnlyThat(grants, key.name, *request.grant_id, *filter);
    co_return page;
  }
  Result<GrantTable::Page> page = co_await grants.List(key.name, filter->grantee, std::move(from),
                                                       PageLimit(request.limit, kDefaultLimit, kMaxLimit));
  co_return page;
}

}  // namespace

Task<Resolved<Api, ListGrants::Inputs>> ListGrants::Resolve(Session& session, const Request& request) {
  auto key =
      co_await ResolveKey<Api, keys::action::ListGrants>(session, request.key_id, keys::AliasForms::kRefused, {});
  if (!key) co_return std::unexpected(std::move(key).error());
  std::string from;
  if (request.marker) {
    Result<std::string> opened =
        session.call.markers.Open(Binding(session.call, key->resource(), request), *request.marker);
    if (!opened) co_return std::unexpected(OpError(shapes::Errors::InvalidMarker(std::string(kBadMarker))));
    from = *std::move(opened);
  }
  Result<GrantTable::Page> page = co_await FindPage(session, key->resource(), request, std::move(from));
  if (!page) co_return std::unexpected(OpError::From(Internal(std::move(page).error(), session.trail)));
  auto shown = co_await ShowGrants(session, std::move(page->grants));
  if (!shown) co_return std::unexpected(OpError::From(std::move(shown).error()));
  co_return Inputs{.key = std::move(*key), .page = *std::move(shown), .next = std::move(page->next)};
}

Outcome<Api> ListGrants::Run(const Call& call, Inputs inputs, const Request& request, Trail&) {
  inputs.page.truncated = !inputs.next.empty();
  if (*inputs.page.truncated)
    inputs.page.next_marker = call.markers.Seal(Binding(call, inputs.key.resource(), request), inputs.next);
  return Reply<Api>{.response = std::move(inputs.page), .change = std::nullopt};
}

}  // namespace kagimori::kms
