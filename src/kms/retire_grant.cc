#include "kms/retire_grant.h"

#include <fmt/format.h>

#include <utility>

#include "keys/grant_token.h"
#include "kms/grant_rules.h"

namespace kagimori::kms {
namespace {

using shapes::Errors;
using Api = RetireGrant::Api;
using OpError = shapes::OpError<Api>;

// The key of the request, and the id of a grant on it (nothing: no grant has such an id).
struct Named {
  std::shared_ptr<const keys::Key> key;
  std::optional<keys::GrantId> id;
  std::string id_text;
};
using NamedOrError = std::expected<Named, shapes::ApiError>;

Task<NamedOrError> ByToken(Session& session, const std::string& token) {
  Result<keys::GrantReference> grant = keys::OpenGrantToken(session.grants.hierarchy(), token);
  // Guess: a token of another Region is none here.
  if (!grant || grant->key.region != session.call.region) co_return std::unexpected(Errors::InvalidGrantToken({}));
  Result<std::shared_ptr<const keys::Key>> key = co_await session.resolver.GetKey(grant->key);
  if (!key) co_return std::unexpected(Internal(std::move(key).error(), session.trail));
  // Whoever has the token knows of the key.
  if (*key == nullptr) co_return std::unexpected(Errors::NotFound("Key '" + grant->key.Arn() + "' does not exist"));
  co_return Named{.key = *std::move(key), .id = grant->id, .id_text = grant->id.ToString()};
}

Task<NamedOrError> ByKeyAndId(Session& session, const std::string& key_id, const std::string& grant_id) {
  auto found = co_await session.resolver.FindKey(key_id, keys::AliasForms::kRefused);
  if (!found)
    co_return std::unexpected(ToApiError(std::move(found).error(), keys::action::RetireGrant::kName, session));
  co_return Named{.key = std::move(found->key), .id = keys::GrantId::Parse(grant_id), .id_text = grant_id};
}

// There is no such grant. In another account nothing is said of which keys there are, but to the holder of a token.
shapes::ApiError NoGrant(Session& session, const Named& named, bool by_token) {
  if (by_token || named.key->name.account == session.call.account()) return NoSuchGrant(named.id_text);
  return ToApiError(
      authz::Authorizer::ForeignKey(session.call.caller, keys::action::RetireGrant::kName, named.key->arn),
      session.trail);
}

}  // namespace

std::optional<OpError> RetireGrant::Check(const Request& request) {
  if (request.grant_token || (request.key_id && request.grant_id)) return std::nullopt;
  return OpError(Errors::Validation("Grant token OR (grant ID, key ID) must be specified"));
}

// Guess: of a request with both the token counts.
Task<Resolved<Api, RetireGrant::Inputs>> RetireGrant::Resolve(Session& session, const Request& request) {
  const bool by_token = request.grant_token.has_value();
  NamedOrError named = std::unexpected(Errors::KmsInternal());
  if (by_token) {
    named = co_await ByToken(session, *request.grant_token);
  } else {
    named = co_await ByKeyAndId(session, *request.key_id, *request.grant_id);
  }
  if (!named) co_return std::unexpected(OpError::From(std::move(named).error()));
  session.trail.Add(named->key);
  session.trail.additional_event_data_json =
      fmt::format(R"({{"grantId":"{}"}})", named->id ? named->id->ToString() : "");

  keys::GrantTable& grants = session.grants;
  std::shared_ptr<const keys::Grant> grant;
  if (named->id) {
    Result<std::shared_ptr<const keys::Grant>> found = co_await grants.Find(named->key->name, *named->id);
    if (!found) co_return std::unexpected(OpError::From(Internal(std::move(found).error(), session.trail)));
    grant = *std::move(found);
  }
  if (grant == nullptr) co_return std::unexpected(OpError::From(NoGrant(session, *named, by_token)));
  auto allowed = session.authorizer.OnGrant<keys::action::RetireGrant>(session.asking, grant, *named->key);
  if (!allowed) co_return std::unexpected(OpError::From(ToApiError(std::move(allowed).error(), session.trail)));
  Result<keys::GrantPlace> place = co_await grants.FindPlace(std::move(grant));
  if (!place) co_return std::unexpected(OpError::From(Internal(std::move(place).error(), session.trail)));
  co_return Inputs{.grant = std::move(*allowed), .key = std::move(named->key), .place = *place};
}

Outcome<Api> RetireGrant::Run(const Call&, Inputs inputs, const Request&, Trail& trail) {
  trail.key_arn = inputs.key->arn;
  Reply<Api> reply;
  reply.change.emplace().grants.push_back(
      {.key = nullptr, .before = inputs.grant.snapshot(), .after = nullptr, .place = inputs.place});
  return reply;
}

}  // namespace kagimori::kms
