#include "kms/create_grant.h"

#include <utility>

#include "keys/grant_token.h"
#include "kms/grant_rules.h"

namespace kagimori::kms {
namespace {

using shapes::Errors;
using Api = CreateGrant::Api;
using OpError = shapes::OpError<Api>;

// The request, with what a grant that gives CreateGrant is asked about.
class GrantFacts final : public authz::OperationFacts {
 public:
  GrantFacts(const authz::OperationFacts& request, const keys::GrantTerms* terms) : request_(request), terms_(terms) {}
  policy::ConditionValues Find(const policy::ConditionKey& key, authz::Scratch* scratch) const override {
    return request_.Find(key, scratch);
  }
  const keys::GrantTerms* Child() const override { return terms_; }

 private:
  const authz::OperationFacts& request_;
  const keys::GrantTerms* terms_;
};

using Bound = std::expected<keys::GrantPrincipal, shapes::ApiError>;

// By an ARN, whose principal must be there, or a service's name.
Task<Bound> Bind(Session& session, const std::optional<std::string>& arn, const std::optional<std::string>& service) {
  if (!arn) {
    std::optional<keys::GrantPrincipal> named = keys::ServicePrincipal(*service);
    if (!named) co_return std::unexpected(NotAPrincipal(*service));
    co_return *std::move(named);
  }
  const keys::PrincipalDirectory& principals = session.grants.principals();
  auto bound = co_await keys::BindPrincipal(principals, *arn, session.call.region);
  if (!bound) co_return std::unexpected(Internal(std::move(bound).error(), session.trail));
  if (!*bound) co_return std::unexpected(NotAPrincipal(*arn));
  co_return **std::move(bound);
}

}  // namespace

std::optional<OpError> CreateGrant::Check(const Request& request) {
  if (auto refused = CheckGrantRequest(request)) return OpError::From(*std::move(refused));
  return std::nullopt;
}

Task<Resolved<Api, CreateGrant::Inputs>> CreateGrant::Resolve(Session& session, const Request& request) {
  keys::GrantTable& grants = session.grants;
  const keys::GrantTerms terms = TermsOf(request);
  const GrantFacts facts(session.asking.operation, &terms);
  Session asking = session.With(facts);
  auto key =
      co_await ResolveKey<Api, keys::action::CreateGrant>(asking, request.key_id, keys::AliasForms::kRefused, {});
  if (!key) co_return std::unexpected(std::move(key).error());
  Inputs inputs{
      .key = std::move(*key), .grant = nullptr, .place = {}, .most_grants = 0, .token = {}, .no_principal = {}};
  inputs.most_grants = session.quotas.Of(inputs.key.resource().name.account).grants_per_key;

  Bound grantee = co_await Bind(session, request.grantee_principal, request.grantee_service_principal);
  if (!grantee) inputs.no_principal = std::move(grantee).error();
  std::optional<keys::GrantPrincipal> retiring;
  if (!inputs.no_principal && (request.retiring_principal || request.retiring_service_principal)) {
    Bound bound = co_await Bind(session, request.retiring_principal, request.retiring_service_principal);
    if (!bound) {
      inputs.no_principal = std::move(bound).error();
    } else {
      retiring = *std::move(bound);
    }
  }
  if (inputs.no_principal) co_return inputs;

  keys::Grant grant{.key = inputs.key.resource().name,
                    .id = {},
                    .grantee = *std::move(grantee),
                    .retiring = std::move(retiring),
                    .terms = TermsOf(request),
                    .name = request.name.value_or(""),
                    .issuing_account = session.call.account(),
                    .created = session.call.now};
  Result<keys::GrantTable::Draft> draft = co_await grants.Prepare(grant);
  if (!draft) co_return std::unexpected(OpError::From(Internal(std::move(draft).error(), session.trail)));
  grant.id = draft->id;
  inputs.exists = draft->same != nullptr;
  inputs.grant = inputs.exists ? std::move(draft->same) : std::make_shared<const keys::Grant>(std::move(grant));
  inputs.place = draft->place;
  inputs.token = keys::MakeGrantToken(grants.hierarchy(), {.key = inputs.grant->key, .id = inputs.grant->id});
  co_return inputs;
}

std::optional<OpError> CreateGrant::CheckKey(const Request& request, const Inputs& inputs) {
  const keys::Key& key = inputs.key.resource();
  if (auto refused = CheckTermsOnKey(TermsOf(request), key)) return OpError::From(*std::move(refused));
  if (inputs.no_principal) return OpError::From(*inputs.no_principal);
  // Guess: the text.
  if (!inputs.exists && inputs.place.on_the_key >= inputs.most_grants)
    return OpError(Errors::LimitExceeded("The key " + key.arn + " has the maximum number of grants."));
  return std::nullopt;
}

Outcome<Api> CreateGrant::Run(const Call&, Inputs inputs, const Request&, Trail& trail) {
  trail.key_arn = inputs.key.resource().arn;
  Reply<Api> reply{.response = {.grant_token = std::move(inputs.token), .grant_id = inputs.grant->id.ToString()},
                   .change = std::nullopt};
  if (inputs.exists) return reply;
  keys::Change& change = reply.change.emplace();
  change.grants.push_back(
      {.key = inputs.key.snapshot(), .before = nullptr, .after = std::move(inputs.grant), .place = inputs.place});
  return reply;
}

}  // namespace kagimori::kms
