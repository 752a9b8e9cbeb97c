#include "sts/assume_role_with_web_identity.h"

#include <fmt/format.h>

#include <algorithm>

#include "oidc/validation.h"
#include "sts/issue.h"

namespace kagimori::sts {
namespace {

constexpr std::string_view kAction = "sts:AssumeRoleWithWebIdentity";
constexpr std::string_view kInvalidToken = "InvalidIdentityToken";
constexpr std::string_view kScheme = "https://";
constexpr shapes::TextRule kTokenRule{.min = 4, .max = oidc::kMaxJwtSize, .secret = true};
constexpr shapes::TextRule kProviderIdRule{.min = 4, .max = 2048};

std::unexpected<StsError> InvalidToken(std::string text) { return Refuse(400, kInvalidToken, std::move(text)); }

// "token.example.com/path": an OIDC provider's name, and what its condition keys begin with.
std::string_view NameOfIssuer(std::string_view issuer) {
  if (issuer.starts_with(kScheme)) issuer.remove_prefix(kScheme.size());
  if (issuer.ends_with('/')) issuer.remove_suffix(1);
  return issuer;
}

constexpr std::string_view kNoKeys =
    "Couldn't retrieve verification key from your identity provider, please reference AssumeRoleWithWebIdentity "
    "documentation for requirements";

StsError ToError(oidc::TokenRefusal refusal) {
  const bool expired = refusal.fault == oidc::TokenRefusal::Fault::kExpired;
  return {.status = 400,
          .code = expired ? std::string_view("ExpiredTokenException") : kInvalidToken,
          .message = std::move(refusal.text)};
}

bool Knows(const identity::OidcProvider& provider, const std::string& audience) {
  return std::ranges::find(provider.client_ids, audience) != provider.client_ids.end();
}

// The client that the token is for: the authorized party where one is named (OpenID Connect Core section 2), else the
// first audience that the provider's client ids have.
std::optional<std::string> AudienceFor(const oidc::Jwt& token, const identity::OidcProvider& provider) {
  if (token.authorized_party) {
    if (Knows(provider, *token.authorized_party)) return token.authorized_party;
    return std::nullopt;
  }
  const auto found = std::ranges::find_if(token.audiences, [&](const auto& one) { return Knows(provider, one); });
  if (found == token.audiences.end()) return std::nullopt;
  return *found;
}

// Those that last for the session: IAM User Guide, "Available keys for AWS OIDC federation".
std::vector<identity::WebIdentityClaim> LastingClaims(const VerifiedIdentity& identity) {
  const std::string name(NameOfIssuer(identity.issuer()));
  std::vector<identity::WebIdentityClaim> claims = {{name + ":aud", identity.audience()},
                                                    {name + ":sub", identity.subject()}};
  for (const std::string& method : identity.methods()) claims.push_back({name + ":amr", method});
  return claims;
}

bool MayBeAssumed(const StsCall& call, const WebIdentityRequest& request, const VerifiedIdentity& identity,
                  std::string_view provider_arn, const identity::Role& role) {
  CallContext context(call.context);
  const std::string name(NameOfIssuer(identity.issuer()));
  context.Set(name + ":aud", identity.audience());
  context.Set(name + ":sub", identity.subject());
  if (!identity.methods().empty()) context.Set(name + ":amr", identity.methods());
  if (!identity.other_audiences().empty()) context.Set(name + ":oaud", identity.other_audiences());
  context.Set("aws:FederatedProvider", provider_arn);
  context.Set("sts:RoleSessionName", request.session_name);
  if (request.duration_seconds) context.Set("sts:DurationSeconds", std::to_string(*request.duration_seconds));
  return MayAssumeWithWebIdentity(context, kAction, provider_arn, request.role_arn, role, request.role.account);
}

}  // namespace

StsResult<WebIdentityRequest> ParseAssumeRoleWithWebIdentity(const wire::QueryParameters& parameters) {
  shapes::QueryMembers members(parameters);
  WebIdentityRequest request;
  request.role_arn = members.Required("RoleArn", kRoleArnRule);
  request.session_name = members.Required("RoleSessionName", kSessionNameRule);
  const std::string token = members.Required("WebIdentityToken", kTokenRule);
  const bool provider_id = members.Optional("ProviderId", kProviderIdRule).has_value();
  ReadPolicies(kPolicyRule, &members, &request.limits);
  request.duration_seconds = members.Integer("DurationSeconds", 900, 43'200);
  if (auto valid = Violated(members); !valid) return std::unexpected(std::move(valid).error());
  // It is for OAuth 2.0 access tokens of three providers, which nothing here can verify.
  if (provider_id) return ValidationError("ProviderId must not be specified for an OpenID Connect ID token.");
  auto role = ParseRoleArn(request.role_arn);
  if (!role) return std::unexpected(std::move(role).error());
  request.role = *std::move(role);
  auto parsed = oidc::ParseJwt(token);
  if (!parsed) {
    return InvalidToken(
        "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)");
  }
  request.token = *std::move(parsed);
  return request;
}

std::string AuditAssumeRoleWithWebIdentity(const WebIdentityRequest& request) {
  AuditMembers members;
  members.Text("roleArn", request.role_arn);
  members.Text("roleSessionName", request.session_name);
  members.Number("durationSeconds", request.duration_seconds);
  members.Limits(request.limits);
  return members.Take();
}

StsResult<std::shared_ptr<const identity::OidcProvider>> FindProvider(const WebIdentityRequest& request,
                                                                      const identity::AccountSnapshot& owner) {
  std::shared_ptr<const identity::OidcProvider> provider;
  if (oidc::CheckIssuer(request.token.issuer)) {
    const std::string_view name = NameOfIssuer(request.token.issuer);
    provider = owner.Find<identity::OidcProvider>(name);
    // Found in any letter case and without a slash at its end; a path's case counts.
    if (provider != nullptr && NameOfIssuer(provider->name) != name) provider = nullptr;
  }
  if (provider == nullptr) {
    return InvalidToken(fmt::format("No OpenIDConnect provider found in your account for {}", request.token.issuer));
  }
  return provider;
}

StsResult<std::shared_ptr<const oidc::JwkSet>> FindKeys(const WebIdentityRequest& request,
                                                        const oidc::IssuerKeys* keys) {
  if (keys == nullptr) return InvalidToken(std::string(kNoKeys));
  auto found = keys->Find(request.token.issuer, request.token.key_id);
  if (found) return *std::move(found);
  if (found.error().kind == ErrorKind::kUnavailable) return nullptr;
  return InvalidToken(std::string(kNoKeys));
}

StsResult<std::shared_ptr<const oidc::JwkSet>> FetchKeys(const WebIdentityRequest& request, oidc::IssuerKeys* keys) {
  auto fetched = keys->Fetch(request.token.issuer, request.token.key_id);
  if (fetched) return *std::move(fetched);
  return Refuse(400, "IDPCommunicationError",
                "An error occurred when trying to retrieve the verification keys of the identity provider.");
}

StsResult<VerifiedIdentity> VerifyWebIdentity(const WebIdentityRequest& request, const identity::OidcProvider& provider,
                                              const oidc::JwkSet& keys, Timestamp now) {
  const oidc::Jwt& token = request.token;
  if (auto valid = oidc::ValidateToken(token, keys, now); !valid)
    return std::unexpected(ToError(std::move(valid).error()));
  std::optional<std::string> audience = AudienceFor(token, provider);
  if (!audience) return InvalidToken("Incorrect token audience");
  VerifiedIdentity identity;
  identity.issuer_ = token.issuer;
  identity.subject_ = token.subject;
  identity.audience_ = *std::move(audience);
  if (token.authorized_party) identity.other_audiences_ = token.audiences;
  identity.methods_ = token.methods;
  return identity;
}

StsResult<StsAnswer> AssumeRoleWithWebIdentity(const StsCall& call, const WebIdentityRequest& request,
                                               const VerifiedIdentity& identity, const identity::OidcProvider& provider,
                                               const identity::AccountSnapshot& owner) {
  const std::string provider_arn = ArnOf(owner.account(), provider);
  const std::shared_ptr<const identity::Role> role = FindRole(request.role, owner);
  if (role == nullptr || !MayBeAssumed(call, request, identity, provider_arn, *role))
    return AccessDenied(fmt::format("Not authorized to perform {}", kAction));
  if (auto valid = CheckLimits(request.limits, owner); !valid) return std::unexpected(std::move(valid).error());
  auto seconds = RoleDuration(request.duration_seconds, *role, /*chained=*/false);
  if (!seconds) return std::unexpected(std::move(seconds).error());
  identity::SessionContent content{.kind = identity::SessionKind::kAssumedRole,
                                   .account = owner.account(),
                                   .issuer_id = role->id,
                                   .issuer_path = role->path,
                                   .issuer_name = role->name,
                                   .session_name = request.session_name,
                                   .policy = request.limits.policy,
                                   .policy_arns = request.limits.policy_arns,
                                   .federated_provider = provider_arn,
                                   .web_identity_claims = LastingClaims(identity)};
  SetTimes(call.now, *seconds, &content);
  return Issue(call, content,
               {.operation = "AssumeRoleWithWebIdentity",
                .principal_element = "AssumedRoleUser",
                .principal_id_element = "AssumedRoleId",
                .others = {{"SubjectFromWebIdentityToken", identity.subject()},
                           {"Audience", identity.audience()},
                           {"Provider", identity.issuer()}}});
}

}  // namespace kagimori::sts
