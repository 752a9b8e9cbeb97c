#include "kms/revoke_grant.h"

#include <utility>

#include "kms/grant_rules.h"

namespace kagimori::kms {
namespace {

using Api = RevokeGrant::Api;
using OpError = shapes::OpError<Api>;

}  // namespace

Task<Resolved<Api, RevokeGrant::Inputs>> RevokeGrant::Resolve(Session& session, const Request& request) {
  auto key =
      co_await ResolveKey<Api, keys::action::RevokeGrant>(session, request.key_id, keys::AliasForms::kRefused, {});
  if (!key) co_return std::unexpected(std::move(key).error());
  keys::GrantTable& grants = session.grants;
  const std::optional<keys::GrantId> id = keys::GrantId::Parse(request.grant_id);
  if (!id) co_return std::unexpected(OpError::From(NoSuchGrant(request.grant_id)));
  Result<std::shared_ptr<const keys::Grant>> grant = co_await grants.Find(key->resource().name, *id);
  if (!grant) co_return std::unexpected(OpError::From(Internal(std::move(grant).error(), session.trail)));
  if (*grant == nullptr) co_return std::unexpected(OpError::From(NoSuchGrant(request.grant_id)));
  Result<keys::GrantPlace> place = co_await grants.FindPlace(*grant);
  if (!place) co_return std::unexpected(OpError::From(Internal(std::move(place).error(), session.trail)));
  co_return Inputs{.key = std::move(*key), .grant = *std::move(grant), .place = *place};
}

Outcome<Api> RevokeGrant::Run(const Call&, Inputs inputs, const Request&, Trail& trail) {
  trail.key_arn = inputs.key.resource().arn;
  Reply<Api> reply;
  reply.change.emplace().grants.push_back(
      {.key = nullptr, .before = std::move(inputs.grant), .after = nullptr, .place = inputs.place});
  return reply;
}

}  // namespace kagimori::kms
