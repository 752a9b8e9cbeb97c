#include "gateway/iam_authorization.h"

#include <utility>

#include "authz/combination.h"
#include "authz/explanation.h"
#include "policy/evaluate.h"

namespace kagimori::gateway {

bool MayCallIam(const identity::Session* session) {
  if (session == nullptr) return true;
  switch (session->content.kind) {
    case identity::SessionKind::kAssumedRole:
      return true;
    case identity::SessionKind::kFederatedUser:
      return false;
    case identity::SessionKind::kUser:
    case identity::SessionKind::kRoot:
      return session->content.mfa_time.has_value();
  }
  return false;
}

std::optional<authz::Denial> DenyIam(const authz::CallerView& caller, const policy::RequestContext& global,
                                     const iam::Access& access) {
  if (caller.unreadable()) {
    return authz::Denial{authz::DenialText(caller.caller(), access.action, access.shown,
                                           "because no identity-based policy allows the " + access.action + " action"),
                         "a policy of the caller is gone or cannot be read"};
  }
  const policy::Action action(access.action);
  const iam::AccessContext context(access, global);
  const policy::Request request{
      .action = action, .resource = access.resource, .caller = caller.caller(), .context = context};
  authz::Verdict verdict =
      authz::DecideByIdentity({.request = request, .shown_resource = access.shown, .identity = caller.identity()});
  if (verdict) return std::nullopt;
  std::string why = authz::Explain(verdict.error());
  return authz::Denial{std::move(verdict).error().message, std::move(why)};
}

}  // namespace kagimori::gateway
