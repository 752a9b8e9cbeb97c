#include "sts/assume_role.h"

#include <algorithm>

#include "sts/issue.h"
#include "sts/second_factor.h"

namespace kagimori::sts {
namespace {

constexpr std::string_view kAction = "sts:AssumeRole";
constexpr std::string_view kTagSession = "sts:TagSession";
constexpr std::string_view kSetSourceIdentity = "sts:SetSourceIdentity";

std::unexpected<StsError> Denied(const StsCall& call, std::string_view action, const AssumeRoleRequest& request) {
  return AccessDenied(NotAuthorized(call.caller->principal().arn, action, request.role_arn));
}

// What a role session passes on to the next role, whatever the request says.
struct Inherited {
  std::vector<identity::Tag> tags;
  std::string source_identity;
  bool chained = false;
};

Inherited InheritedBy(const StsCall& call) {
  const identity::Session* session = call.caller->session();
  if (session == nullptr) return {};
  const identity::SessionContent& content = session->content;
  Inherited inherited{.tags = {},
                      .source_identity = content.source_identity,
                      .chained = content.kind == identity::SessionKind::kAssumedRole};
  for (const identity::Tag& tag : content.tags) {
    const std::string lower = policy::ToLowerAscii(tag.key);
    const bool transitive = std::ranges::any_of(
        content.transitive_tag_keys, [&](const std::string& key) { return policy::EqualsFolded(lower, key); });
    if (transitive) inherited.tags.push_back(tag);
  }
  return inherited;
}

StsResult<void> CheckInherited(const AssumeRoleRequest& request, const Inherited& inherited) {
  for (const identity::Tag& tag : request.limits.tags) {
    const std::string lower = policy::ToLowerAscii(tag.key);
    if (std::ranges::any_of(inherited.tags, [&](const auto& old) { return policy::EqualsFolded(lower, old.key); })) {
      return ValidationError(
          "One of the specified tag keys cannot be set because it conflicts with a transitive tag key from the calling "
          "session.");
    }
  }
  if (!inherited.source_identity.empty() && !request.source_identity.empty() &&
      inherited.source_identity != request.source_identity) {
    return ValidationError("The source identity of the calling session cannot be changed.");
  }
  return {};
}

StsResult<void> Authorize(const StsCall& call, const AssumeRoleRequest& request, const identity::Role& role,
                          const Inherited& inherited, std::string_view source_identity) {
  CallContext context(call.context);
  context.Set("sts:RoleSessionName", request.session_name);
  if (!request.external_id.empty()) context.Set("sts:ExternalId", request.external_id);
  if (!source_identity.empty()) context.Set("sts:SourceIdentity", source_identity);
  if (request.duration_seconds) context.Set("sts:DurationSeconds", std::to_string(*request.duration_seconds));
  if (auto tags = context.SetTags(request.limits); !tags) return tags;

  const auto may = [&](std::string_view action) {
    return MayAssume(call, context, action, request.role_arn, role, request.role.account);
  };
  if (!may(kAction)) return Denied(call, kAction, request);
  const bool tagged = !request.limits.tags.empty() || !inherited.tags.empty();
  if (tagged && !may(kTagSession)) return Denied(call, kTagSession, request);
  if (!source_identity.empty() && !may(kSetSourceIdentity)) return Denied(call, kSetSourceIdentity, request);
  return {};
}

}  // namespace

StsResult<AssumeRoleRequest> ParseAssumeRole(const wire::QueryParameters& parameters) {
  shapes::QueryMembers members(parameters);
  AssumeRoleRequest request;
  request.role_arn = members.Required("RoleArn", kRoleArnRule);
  request.session_name = members.Required("RoleSessionName", kSessionNameRule);
  ReadPolicies(kUnboundedPolicyRule, &members, &request.limits);
  request.duration_seconds = members.Integer("DurationSeconds", 900, 43'200);
  ReadTags(&members, &request.limits);
  request.limits.transitive_tag_keys = members.Texts("TransitiveTagKeys", kMaxSessionTags, kTagKeyRule);
  request.external_id = members.Optional("ExternalId", kExternalIdRule).value_or("");
  request.second_factor = ReadSecondFactor(&members);
  request.source_identity = members.Optional("SourceIdentity", kSessionNameRule).value_or("");
  if (auto valid = Violated(members); !valid) return std::unexpected(std::move(valid).error());
  auto role = ParseRoleArn(request.role_arn);
  if (!role) return std::unexpected(std::move(role).error());
  request.role = *std::move(role);
  return request;
}

std::string AuditAssumeRole(const AssumeRoleRequest& request) {
  AuditMembers members;
  members.Text("roleArn", request.role_arn);
  members.Text("roleSessionName", request.session_name);
  members.Number("durationSeconds", request.duration_seconds);
  members.Text("externalId", request.external_id);
  members.Text("sourceIdentity", request.source_identity);
  members.Limits(request.limits);
  return members.Take();
}

StsResult<StsAnswer> AssumeRole(const StsCall& call, const AssumeRoleRequest& request,
                                const identity::AccountSnapshot& owner) {
  using PrincipalKind = identity::Principal::Kind;
  const PrincipalKind kind = call.caller->principal().kind;
  if (kind == PrincipalKind::kRoot) return AccessDenied("Roles may not be assumed by root accounts.");
  if (kind == PrincipalKind::kFederatedUser) return Denied(call, kAction, request);
  if (request.second_factor) return NoSecondFactor();

  // A role that is not there and one that does not let the caller in are answered alike.
  const std::shared_ptr<const identity::Role> role = FindRole(request.role, owner);
  if (role == nullptr) return Denied(call, kAction, request);
  const Inherited inherited = InheritedBy(call);
  const std::string& source_identity =
      request.source_identity.empty() ? inherited.source_identity : request.source_identity;
  if (auto allowed = Authorize(call, request, *role, inherited, source_identity); !allowed)
    return std::unexpected(std::move(allowed).error());

  if (auto valid = CheckInherited(request, inherited); !valid) return std::unexpected(std::move(valid).error());
  if (auto valid = CheckLimits(request.limits, owner); !valid) return std::unexpected(std::move(valid).error());
  auto seconds = RoleDuration(request.duration_seconds, *role, inherited.chained);
  if (!seconds) return std::unexpected(std::move(seconds).error());

  identity::SessionContent content{.kind = identity::SessionKind::kAssumedRole,
                                   .account = owner.account(),
                                   .issuer_id = role->id,
                                   .issuer_path = role->path,
                                   .issuer_name = role->name,
                                   .session_name = request.session_name,
                                   .policy = request.limits.policy,
                                   .policy_arns = request.limits.policy_arns,
                                   .tags = request.limits.tags,
                                   .transitive_tag_keys = request.limits.transitive_tag_keys,
                                   .source_identity = source_identity,
                                   .chained = inherited.chained};
  for (const identity::Tag& tag : inherited.tags) {
    content.tags.push_back(tag);
    content.transitive_tag_keys.push_back(tag.key);
  }
  SetTimes(call.now, *seconds, &content);
  return Issue(call, content,
               {.operation = "AssumeRole",
                .principal_element = "AssumedRoleUser",
                .principal_id_element = "AssumedRoleId",
                .others = {{"SourceIdentity", source_identity}}});
}

}  // namespace kagimori::sts
