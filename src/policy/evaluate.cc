#include "policy/evaluate.h"

#include <algorithm>

#include "policy/compiled.h"

namespace kagimori::policy {
namespace {

using RefKind = PrincipalRef::Kind;

bool OfAccount(const PrincipalRef& principal, const Caller& caller) {
  return caller.kind != Caller::Kind::kService && caller.kind != Caller::Kind::kWebIdentity &&
         principal.account == caller.account &&
         (principal.partition.empty() || principal.partition == caller.partition);
}

// A user or role by its unique id.
PrincipalMatch MatchId(std::string_view id, const Caller& caller) {
  if (id.empty() || id != caller.unique_id) return PrincipalMatch::kNone;
  switch (caller.kind) {
    case Caller::Kind::kUser:
      return PrincipalMatch::kDirect;
    case Caller::Kind::kRoleSession:
      return PrincipalMatch::kRole;
    case Caller::Kind::kFederatedUser:
      return PrincipalMatch::kIssuingUser;
    default:
      return PrincipalMatch::kNone;
  }
}

PrincipalMatch MatchText(const PrincipalRef& principal, const Caller& caller, Caller::Kind kind, PrincipalMatch match) {
  return caller.kind == kind && principal.text == caller.arn ? match : PrincipalMatch::kNone;
}

bool CoversAction(const CompiledStatement& statement, const Action& action) {
  if (action.known() >= 0) return (statement.known_actions >> action.known() & 1) != 0;
  const auto matches = [&](const Pattern& pattern) { return pattern.MatchesPlain(action.lower()); };
  return std::ranges::any_of(statement.actions, matches) != statement.not_action;
}

bool CoversResource(const CompiledStatement& statement, const Request& request) {
  if (statement.any_resource) return true;
  Match covered = Match::kNo;
  for (const Pattern& pattern : statement.resources) {
    const Match match = pattern.Matches(request.resource, request.context);
    if (match != Match::kNo) covered = match;
    if (match == Match::kYes) break;
  }
  if (covered == Match::kUnknown) return statement.deny;
  return (covered == Match::kYes) != statement.not_resource;
}

constexpr unsigned Bit(PrincipalMatch match) { return 1U << static_cast<unsigned>(match); }

// What a NotPrincipal of a Deny has to name to leave the caller out: each form in which the caller can be named.
// Source: "AWS JSON policy elements: NotPrincipal".
unsigned AllForms(const Caller& caller) {
  switch (caller.kind) {
    case Caller::Kind::kRoot:
      return Bit(PrincipalMatch::kDirect);
    case Caller::Kind::kUser:
      return Bit(PrincipalMatch::kDirect) | Bit(PrincipalMatch::kAccount);
    case Caller::Kind::kRoleSession:
      return Bit(PrincipalMatch::kDirect) | Bit(PrincipalMatch::kRole) | Bit(PrincipalMatch::kAccount);
    case Caller::Kind::kFederatedUser:
      return Bit(PrincipalMatch::kDirect) | Bit(PrincipalMatch::kAccount) |
             (caller.unique_id.empty() ? 0U : Bit(PrincipalMatch::kIssuingUser));
    case Caller::Kind::kService:
      return Bit(PrincipalMatch::kService);
    case Caller::Kind::kWebIdentity:
      return Bit(PrincipalMatch::kProvider);
  }
  return ~0U;
}

// How the statement names the caller; kNone when it does not apply to it.
PrincipalMatch NamesCaller(const CompiledStatement& statement, const Caller& caller) {
  using Principals = CompiledStatement::Principals;
  if (statement.principals == Principals::kEveryone) return PrincipalMatch::kAny;
  PrincipalMatch best = PrincipalMatch::kNone;
  unsigned forms = 0;
  for (const BoundPrincipal& principal : statement.principal_list) {
    const PrincipalMatch match = MatchPrincipal(principal.ref, principal.id, caller);
    best = std::max(best, match);
    forms |= Bit(match);
  }
  if (statement.principals == Principals::kThese) return best;
  const bool everybody_named = (forms & Bit(PrincipalMatch::kAny)) != 0;
  const unsigned all = AllForms(caller);
  // Somebody without an id may be the caller: then nobody is let in on not being named.
  const bool left_out =
      everybody_named || (statement.deny ? (forms & all) == all : best != PrincipalMatch::kNone || statement.unbound);
  return left_out ? PrincipalMatch::kNone : PrincipalMatch::kAny;
}

}  // namespace

PrincipalMatch MatchPrincipal(const PrincipalRef& principal, std::string_view bound_id, const Caller& caller) {
  switch (principal.kind) {
    case RefKind::kAny:
      return PrincipalMatch::kAny;
    case RefKind::kAccount:
      if (!OfAccount(principal, caller)) return PrincipalMatch::kNone;
      return caller.kind == Caller::Kind::kRoot ? PrincipalMatch::kDirect : PrincipalMatch::kAccount;
    case RefKind::kUser:
    case RefKind::kRole:
      return MatchId(bound_id, caller);
    case RefKind::kUniqueId:
      return MatchId(principal.text, caller);
    case RefKind::kRoleSession:
      return MatchText(principal, caller, Caller::Kind::kRoleSession, PrincipalMatch::kDirect);
    case RefKind::kFederatedUser:
      return MatchText(principal, caller, Caller::Kind::kFederatedUser, PrincipalMatch::kDirect);
    case RefKind::kService:
      return MatchText(principal, caller, Caller::Kind::kService, PrincipalMatch::kService);
    case RefKind::kProvider:
      return MatchText(principal, caller, Caller::Kind::kWebIdentity, PrincipalMatch::kProvider);
    case RefKind::kCanonicalUser:
      return PrincipalMatch::kNone;
  }
  return PrincipalMatch::kNone;
}

Outcome Evaluate(const Document& document, const Request& request) {
  Outcome outcome;
  const bool names_principals =
      document.kind() == Kind::kKeyPolicy || document.kind() == Kind::kResource || document.kind() == Kind::kTrust;
  for (const CompiledStatement& statement : document.program().statements) {
    if (!CoversAction(statement, request.action)) continue;
    const PrincipalMatch match = names_principals ? NamesCaller(statement, request.caller) : PrincipalMatch::kAny;
    if (match == PrincipalMatch::kNone) continue;
    // An allowing statement that names the caller no better changes nothing.
    if (!statement.deny && outcome.effect == Outcome::Effect::kAllow && match <= outcome.match) continue;
    if (!CoversResource(statement, request)) continue;
    const auto holds = [&](const Condition& condition) { return condition.Holds(request.context, statement.deny); };
    if (!std::ranges::all_of(statement.conditions, holds)) continue;
    outcome = {.effect = statement.deny ? Outcome::Effect::kDeny : Outcome::Effect::kAllow,
               .match = match,
               .statement = statement.index};
    if (statement.deny) break;
  }
  if (!names_principals || outcome.effect != Outcome::Effect::kAllow) outcome.match = PrincipalMatch::kNone;
  return outcome;
}

}  // namespace kagimori::policy
