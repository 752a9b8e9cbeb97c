#include "keys/retiring.h"

#include <algorithm>

namespace kagimori::keys {
namespace {

bool IsTheCallerItself(const GrantPrincipal& principal, const RetiringCaller& caller) {
  return principal.form.kind != PrincipalKind::kAccount &&
         std::ranges::find(caller.forms, principal.form) != caller.forms.end();
}

bool IsTheCallersAccount(const GrantPrincipal& principal, const RetiringCaller& caller) {
  return principal.form.kind == PrincipalKind::kAccount && principal.account == caller.account;
}

}  // namespace

bool MayRetire(const Grant& grant, const RetiringCaller& caller) {
  if (caller.policy_denies) return false;
  const bool grantee_may = grant.terms.operations.Has(GrantOperation::kRetireGrant);
  if (grant.retiring && IsTheCallerItself(*grant.retiring, caller)) return true;
  if (grantee_may && IsTheCallerItself(grant.grantee, caller)) return true;
  // From here on the caller's account has the right, and hands it on by its identity policies.
  if (!caller.is_root && !caller.policy_allows) return false;
  return caller.account == grant.issuing_account || caller.account == grant.key.account ||
         (grant.retiring && IsTheCallersAccount(*grant.retiring, caller)) ||
         (grantee_may && IsTheCallersAccount(grant.grantee, caller));
}

}  // namespace kagimori::keys
