#include "sts/trust.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace kagimori::sts {
namespace {

constexpr int64_t kDefaultRoleSeconds = 3600;
constexpr int64_t kChainedSeconds = 3600;

}  // namespace

void CallContext::Set(std::string_view name, std::vector<std::string> values) {
  if (!own_.Set(name, std::move(values))) throw std::logic_error("not the name of a condition key");
}

StsResult<void> CallContext::SetTags(const SessionLimits& limits) {
  std::vector<std::string> keys;
  for (const identity::Tag& tag : limits.tags) {
    if (!own_.Set("aws:RequestTag/" + tag.key, tag.value)) return ValidationError("A tag key is too long.");
    keys.push_back(tag.key);
  }
  if (!keys.empty()) Set("aws:TagKeys", std::move(keys));
  if (!limits.transitive_tag_keys.empty()) Set("sts:TransitiveTagKeys", limits.transitive_tag_keys);
  return {};
}

policy::ConditionValues CallContext::Find(const policy::ConditionKey& key) const {
  policy::ConditionValues own = own_.Find(key);
  return own.absent() ? global_.Find(key) : own;
}

StsResult<RoleArn> ParseRoleArn(std::string_view text) {
  std::optional<identity::EntityArn> arn = identity::ParseEntityArn(text);
  if (!arn || arn->kind != identity::EntityKind::kRole || !arn->account)
    return ValidationError("Request ARN is invalid");
  return RoleArn{.account = *arn->account, .path = std::move(arn->path), .name = std::move(arn->name)};
}

std::shared_ptr<const identity::Role> FindRole(const RoleArn& arn, const identity::AccountSnapshot& account) {
  std::shared_ptr<const identity::Role> role = account.Find<identity::Role>(arn.name);
  // Names are found in any letter case; an ARN names what it says.
  if (role == nullptr || role->path != arn.path || role->name != arn.name) return nullptr;
  return role;
}

bool MayAssume(const StsCall& call, const policy::RequestContext& context, std::string_view action,
               std::string_view role_arn, const identity::Role& role, AccountId owner) {
  if (call.caller->unreadable() || role.trust.compiled == nullptr) return false;
  const policy::Action asked(action);
  const policy::Request request{
      .action = asked, .resource = role_arn, .caller = call.caller->caller(), .context = context};
  const authz::Question question{.request = request, .shown_resource = role_arn, .identity = call.caller->identity()};
  return authz::DecideAssumeRole(question, {.document = role.trust.compiled.get(), .name = role_arn}, owner)
      .has_value();
}

bool MayAssumeWithWebIdentity(const policy::RequestContext& context, std::string_view action,
                              std::string_view provider_arn, std::string_view role_arn, const identity::Role& role,
                              AccountId owner) {
  if (role.trust.compiled == nullptr) return false;
  const policy::Caller caller{
      .kind = policy::Caller::Kind::kWebIdentity, .account = owner, .arn = provider_arn, .unique_id = {}};
  const policy::Action asked(action);
  const policy::Request request{.action = asked, .resource = role_arn, .caller = caller, .context = context};
  const authz::IdentitySide nobody;
  const authz::Question question{.request = request, .shown_resource = role_arn, .identity = nobody};
  return authz::DecideAssumeRole(question, {.document = role.trust.compiled.get(), .name = role_arn}, owner)
      .has_value();
}

bool MayByIdentity(const StsCall& call, const policy::RequestContext& context, std::string_view action,
                   std::string_view resource) {
  if (call.caller->unreadable()) return false;
  const policy::Action asked(action);
  const policy::Request request{
      .action = asked, .resource = resource, .caller = call.caller->caller(), .context = context};
  return authz::DecideByIdentity({.request = request, .shown_resource = resource, .identity = call.caller->identity()})
      .has_value();
}

std::string NotAuthorized(std::string_view caller_arn, std::string_view action, std::string_view resource) {
  return fmt::format("User: {} is not authorized to perform: {} on resource: {}", caller_arn, action, resource);
}

StsResult<int64_t> RoleDuration(std::optional<int64_t> seconds, const identity::Role& role, bool chained) {
  const int64_t asked = seconds.value_or(kDefaultRoleSeconds);
  if (chained && asked > kChainedSeconds) {
    return ValidationError(
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.");
  }
  if (asked > role.max_session_seconds)
    return ValidationError("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
  return asked;
}

}  // namespace kagimori::sts
