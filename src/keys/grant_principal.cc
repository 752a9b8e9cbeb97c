#include "keys/grant_principal.h"

#include <string_view>
#include <utility>

namespace kagimori::keys {
namespace {

using Kind = policy::PrincipalRef::Kind;

std::optional<PrincipalKind> KindOf(Kind kind) {
  switch (kind) {
    case Kind::kAccount:
      return PrincipalKind::kAccount;
    case Kind::kUser:
      return PrincipalKind::kUser;
    case Kind::kRole:
      return PrincipalKind::kRole;
    case Kind::kRoleSession:
      return PrincipalKind::kRoleSession;
    case Kind::kFederatedUser:
      return PrincipalKind::kFederatedUser;
    default:
      return std::nullopt;
  }
}

bool IsEntity(PrincipalKind kind) { return kind == PrincipalKind::kUser || kind == PrincipalKind::kRole; }

// In one partition whatever the caller wrote: a session is known by its ARN.
std::string SessionId(const policy::PrincipalRef& ref) {
  return "arn:aws" + ref.text.substr(std::string_view("arn:").size() + ref.partition.size());
}

}  // namespace

std::string PrincipalForm::Text() const {
  std::string text = std::to_string(static_cast<int>(kind));
  return text.append("/").append(id);
}

std::optional<policy::PrincipalRef> ParseGrantPrincipal(std::string_view arn, Region region) {
  if (!arn.starts_with("arn:")) return std::nullopt;
  auto ref = policy::ParsePrincipal(policy::PrincipalType::kAws, arn);
  if (!ref || !KindOf(ref->kind)) return std::nullopt;
  if (ref->partition != "aws" && ref->partition != region.partition()) return std::nullopt;
  return *std::move(ref);
}

std::optional<GrantPrincipal> ServicePrincipal(std::string_view name) {
  auto ref = policy::ParsePrincipal(policy::PrincipalType::kService, name);
  if (!ref || ref->kind != Kind::kService) return std::nullopt;
  return GrantPrincipal{
      .form = {.kind = PrincipalKind::kService, .id = std::string(name)}, .account = {}, .given = std::string(name)};
}

Task<Result<std::optional<GrantPrincipal>>> BindPrincipal(const PrincipalDirectory& directory, std::string arn,
                                                          Region region) {
  std::optional<policy::PrincipalRef> ref = ParseGrantPrincipal(arn, region);
  if (!ref) co_return std::optional<GrantPrincipal>();
  Result<std::optional<std::string>> id = co_await directory.FindId(*ref);
  if (!id) co_return std::unexpected(std::move(id).error());
  if (!*id) co_return std::optional<GrantPrincipal>();
  GrantPrincipal bound{
      .form = {.kind = *KindOf(ref->kind), .id = {}}, .account = ref->account, .given = std::move(arn)};
  bound.form.id = IsEntity(bound.form.kind)                    ? **std::move(id)
                  : bound.form.kind == PrincipalKind::kAccount ? ref->account.ToString()
                                                               : SessionId(*ref);
  co_return std::optional(std::move(bound));
}

Task<Result<std::string>> ShownPrincipal(const PrincipalDirectory& directory, GrantPrincipal principal) {
  if (!IsEntity(principal.form.kind)) co_return std::move(principal.given);
  Result<std::optional<std::string>> arn = co_await directory.FindArn(principal.account, principal.form);
  if (!arn) co_return std::unexpected(std::move(arn).error());
  co_return *arn ? **std::move(arn) : std::move(principal.form.id);
}

CallerForms FormsOf(const policy::Caller& caller) {
  CallerForms forms;
  switch (caller.kind) {
    case policy::Caller::Kind::kRoot:
      break;
    case policy::Caller::Kind::kUser:
      forms.push_back({PrincipalKind::kUser, std::string(caller.unique_id)});
      break;
    case policy::Caller::Kind::kRoleSession:
      forms.push_back({PrincipalKind::kRoleSession, std::string(caller.arn)});
      forms.push_back({PrincipalKind::kRole, std::string(caller.unique_id)});
      break;
    case policy::Caller::Kind::kFederatedUser:
      forms.push_back({PrincipalKind::kFederatedUser, std::string(caller.arn)});
      if (!caller.unique_id.empty()) forms.push_back({PrincipalKind::kUser, std::string(caller.unique_id)});
      break;
    case policy::Caller::Kind::kService:
      forms.push_back({PrincipalKind::kService, std::string(caller.arn)});
      return forms;
    case policy::Caller::Kind::kWebIdentity:
      return forms;
  }
  forms.push_back({PrincipalKind::kAccount, caller.account.ToString()});
  return forms;
}

}  // namespace kagimori::keys
