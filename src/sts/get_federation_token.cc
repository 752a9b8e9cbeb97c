#include "sts/get_federation_token.h"

#include <fmt/format.h>

#include "identity/account_snapshot.h"
#include "sts/issue.h"
#include "sts/own_session.h"
#include "sts/trust.h"

namespace kagimori::sts {
namespace {

constexpr std::string_view kAction = "sts:GetFederationToken";
constexpr std::string_view kTagSession = "sts:TagSession";

StsResult<void> Authorize(const StsCall& call, const GetFederationTokenRequest& request) {
  const identity::Principal& caller = call.caller->principal();
  const std::string resource =
      fmt::format("arn:aws:sts::{}:federated-user/{}", caller.account.ToString(), request.name);
  CallContext context(call.context);
  if (request.duration_seconds) context.Set("sts:DurationSeconds", std::to_string(*request.duration_seconds));
  if (auto tags = context.SetTags(request.limits); !tags) return tags;
  if (!MayByIdentity(call, context, kAction, resource))
    return AccessDenied(NotAuthorized(caller.arn, kAction, resource));
  if (!request.limits.tags.empty() && !MayByIdentity(call, context, kTagSession, resource))
    return AccessDenied(NotAuthorized(caller.arn, kTagSession, resource));
  return {};
}

}  // namespace

StsResult<GetFederationTokenRequest> ParseGetFederationToken(const wire::QueryParameters& parameters) {
  shapes::QueryMembers members(parameters);
  GetFederationTokenRequest request;
  request.name = members.Required("Name", kFederatedNameRule);
  ReadPolicies(kPolicyRule, &members, &request.limits);
  request.duration_seconds = members.Integer("DurationSeconds", kMinOwnSeconds, kMaxOwnSeconds);
  ReadTags(&members, &request.limits);
  if (auto valid = Violated(members); !valid) return std::unexpected(std::move(valid).error());
  return request;
}

std::string AuditGetFederationToken(const GetFederationTokenRequest& request) {
  AuditMembers members;
  members.Text("name", request.name);
  members.Number("durationSeconds", request.duration_seconds);
  members.Limits(request.limits);
  return members.Take();
}

StsResult<StsAnswer> GetFederationToken(const StsCall& call, const GetFederationTokenRequest& request) {
  if (call.caller->session() != nullptr) {
    return AccessDenied("Cannot call GetFederationToken with session credentials");
  }
  if (auto allowed = Authorize(call, request); !allowed) return std::unexpected(std::move(allowed).error());
  if (auto valid = CheckLimits(request.limits, call.caller->account()); !valid)
    return std::unexpected(std::move(valid).error());
  identity::SessionContent content = OwnSession(call, request.duration_seconds);
  content.kind = identity::SessionKind::kFederatedUser;
  content.session_name = request.name;
  content.policy = request.limits.policy;
  content.policy_arns = request.limits.policy_arns;
  content.tags = request.limits.tags;
  return Issue(call, content,
               {.operation = "GetFederationToken",
                .principal_element = "FederatedUser",
                .principal_id_element = "FederatedUserId",
                .others = {}});
}

}  // namespace kagimori::sts
