#include "authz/combination.h"

#include <utility>

#include "authz/findings.h"

namespace kagimori::authz {
namespace {

using policy::Caller;
using policy::Outcome;
using policy::PrincipalMatch;

Ground GroundOf(PolicyType type, const NamedPolicy& named, const Outcome& outcome) {
  return {.type = type,
          .policy = named.name,
          .statement = outcome.statement,
          .sid = named.document->sid(static_cast<size_t>(outcome.statement))};
}

// What the policies of one type say together; type is kNone where none says so.
struct Said {
  Ground deny;
  Ground allow;
};

void Tell(Findings* findings, PolicyType type, const NamedPolicy& named, const Outcome& outcome) {
  if (findings == nullptr) return;
  Finding finding{.type = type,
                  .policy = std::string(named.name),
                  .effect = outcome.effect,
                  .match = outcome.match,
                  .statement = outcome.statement,
                  .sid = {}};
  if (outcome.statement >= 0) finding.sid = named.document->sid(static_cast<size_t>(outcome.statement));
  findings->push_back(std::move(finding));
}

Said Ask(PolicyType type, std::span<const NamedPolicy> policies, const policy::Request& request, Findings* findings) {
  Said said;
  for (const NamedPolicy& named : policies) {
    const Outcome outcome = policy::Evaluate(*named.document, request);
    Tell(findings, type, named, outcome);
    if (outcome.effect == Outcome::Effect::kDeny && said.deny.type == PolicyType::kNone) {
      said.deny = GroundOf(type, named, outcome);
      if (findings == nullptr) break;
    }
    if (outcome.effect == Outcome::Effect::kAllow && said.allow.type == PolicyType::kNone)
      said.allow = GroundOf(type, named, outcome);
  }
  return said;
}

std::string_view PolicyWords(PolicyType type) {
  switch (type) {
    case PolicyType::kResource:
      return "resource-based policy";
    case PolicyType::kTrust:
      return "role trust policy";
    case PolicyType::kBoundary:
      return "permissions boundary";
    case PolicyType::kSession:
      return "session policy";
    default:
      return "identity-based policy";
  }
}

std::string ContextText(Refusal::Cause cause, PolicyType type, std::string_view action) {
  std::string text;
  if (cause == Refusal::Cause::kExplicitDeny) {
    text = "with an explicit deny in ";
    text.append(type == PolicyType::kTrust ? "the " : type == PolicyType::kIdentity ? "an " : "a ");
    return text.append(PolicyWords(type));
  }
  return text.append("because no ").append(PolicyWords(type)).append(" allows the ").append(action).append(" action");
}

// One question, all its policies asked once. REQUIRES: outlives nothing; all views are the asker's.
class Decider {
 public:
  Decider(const Question& question, const std::optional<NamedPolicy>& resource_policy, PolicyType resource_type,
          Findings* findings)
      : question_(question), caller_(question.request.caller), resource_type_(resource_type) {
    if (resource_policy) {
      resource_ = policy::Evaluate(*resource_policy->document, question.request);
      Tell(findings, resource_type, *resource_policy, resource_);
      if (resource_.effect != Outcome::Effect::kNone)
        resource_ground_ = GroundOf(resource_type, *resource_policy, resource_);
    }
    // A service and the holder of a token have no account whose policies could speak for or against them.
    if (outsider()) return;
    identity_ = Ask(PolicyType::kIdentity, question.identity.identity, question.request, findings);
    session_ = Ask(PolicyType::kSession, question.identity.session, question.request, findings);
    if (question.identity.boundary)
      boundary_ = Ask(PolicyType::kBoundary, std::span(&*question.identity.boundary, 1), question.request, findings);
    // The root user may do everything that its account may; so may those to whom it issued a federation token.
    const bool root = caller_.kind == Caller::Kind::kRoot ||
                      (caller_.kind == Caller::Kind::kFederatedUser && caller_.unique_id.empty());
    if (root) identity_.allow = {.type = PolicyType::kRoot, .policy = "", .sid = ""};
  }

  // An explicit deny of any policy ends the matter.
  std::optional<Refusal> ExplicitDeny() const {
    if (resource_.effect == Outcome::Effect::kDeny) return Refuse(Refusal::Cause::kExplicitDeny, resource_ground_);
    for (const Said* said : {&identity_, &boundary_, &session_}) {
      if (said->deny.type != PolicyType::kNone) return Refuse(Refusal::Cause::kExplicitDeny, said->deny);
    }
    return std::nullopt;
  }

  bool outsider() const { return caller_.kind == Caller::Kind::kService || caller_.kind == Caller::Kind::kWebIdentity; }
  bool resource_allows() const { return resource_.effect == Outcome::Effect::kAllow; }
  bool identity_allows() const { return identity_.allow.type != PolicyType::kNone; }

  // Whether the resource's policy alone lets in a caller of its own account, or an outsider.
  bool ResourceSuffices() const {
    if (!resource_allows()) return false;
    switch (resource_.match) {
      case PrincipalMatch::kDirect:
        return true;
      case PrincipalMatch::kAny:
        return !outsider() && !MissesSession();
      case PrincipalMatch::kRole:
      case PrincipalMatch::kIssuingUser:
        return WithinLimits();
      case PrincipalMatch::kService:
        return caller_.kind == Caller::Kind::kService;
      case PrincipalMatch::kProvider:
        return caller_.kind == Caller::Kind::kWebIdentity;
      default:
        return false;
    }
  }

  bool IdentitySuffices() const { return identity_allows() && WithinLimits(); }

  // Boundary and session policies do not stand in the way.
  bool WithinLimits() const { return BoundaryAllows() && SessionAllows(); }

  Permit ByResource() const { return {.resource = resource_ground_, .identity = {}}; }
  Permit ByBoth() const { return {.resource = resource_ground_, .identity = identity_.allow}; }
  Permit ByIdentity() const { return {.resource = {}, .identity = identity_.allow}; }
  Permit ByGrant(const GrantVerdict& grant) const {
    return {.resource = {.type = PolicyType::kGrant, .policy = grant.grant_id, .sid = ""},
            .identity = grant.through_account ? identity_.allow : Ground()};
  }

  std::unexpected<Refusal> Missing(PolicyType type) const {
    return std::unexpected(Refuse(Refusal::Cause::kNotAllowed, {.type = type, .policy = "", .sid = ""}));
  }
  std::unexpected<Refusal> NoCrossAccount() const {
    return std::unexpected(Refuse(Refusal::Cause::kNoCrossAccount, {.type = resource_type_, .policy = "", .sid = ""}));
  }

  // Why not, where the resource's policy and, if `identity_needed`, an identity policy would have had to allow.
  std::unexpected<Refusal> WhyNot(bool identity_needed) const {
    if (!resource_allows() || outsider()) return Missing(resource_type_);
    return WhyNotIdentity(identity_needed);
  }
  std::unexpected<Refusal> WhyNotIdentity(bool identity_needed) const {
    if (identity_needed && !identity_allows()) return Missing(PolicyType::kIdentity);
    if (!BoundaryAllows()) return Missing(PolicyType::kBoundary);
    if (MissesSession()) {
      return std::unexpected(
          Refuse(Refusal::Cause::kNoSession, {.type = PolicyType::kSession, .policy = "", .sid = ""}));
    }
    return Missing(SessionAllows() ? PolicyType::kIdentity : PolicyType::kSession);
  }

  // Whether the resource's policy leaves it to the caller's account to decide.
  bool Delegates() const { return resource_allows() && resource_.match == PrincipalMatch::kAccount; }

 private:
  bool BoundaryAllows() const { return !question_.identity.boundary || boundary_.allow.type != PolicyType::kNone; }
  bool MissesSession() const {
    return caller_.kind == Caller::Kind::kFederatedUser && question_.identity.session.empty();
  }
  bool SessionAllows() const {
    if (question_.identity.session.empty()) return !MissesSession();
    return session_.allow.type != PolicyType::kNone;
  }

  Refusal Refuse(Refusal::Cause cause, const Ground& ground) const {
    const std::string_view action = question_.request.action.name();
    return {.cause = cause,
            .ground = ground,
            .message = DenialText(caller_, action, question_.shown_resource, ContextText(cause, ground.type, action))};
  }

  const Question& question_;
  const Caller& caller_;
  PolicyType resource_type_;
  Outcome resource_;
  Ground resource_ground_;
  Said identity_, boundary_, session_;
};

// What key policies and trust policies have in common: nothing goes without them.
std::optional<Permit> ByPolicies(const Decider& decider, bool same_account) {
  if (same_account || decider.outsider()) {
    if (decider.ResourceSuffices()) return decider.ByResource();
    if (decider.Delegates() && decider.IdentitySuffices()) return decider.ByBoth();
  } else if (decider.resource_allows() && decider.IdentitySuffices()) {
    return decider.ByBoth();
  }
  return std::nullopt;
}

}  // namespace

std::string DenialText(const Caller& caller, std::string_view action, std::string_view shown_resource,
                       std::string_view context) {
  std::string text = "User: ";
  text.append(caller.arn).append(" is not authorized to perform: ").append(action);
  if (!shown_resource.empty()) text.append(" on resource: ").append(shown_resource);
  if (!context.empty()) text.append(" ").append(context);
  return text;
}

namespace {

// Asked ahead of the decision where what they say is to be told.
std::optional<GrantVerdict> TellGrants(const GrantLookup& grants, Findings* findings) {
  if (findings == nullptr || !grants) return std::nullopt;
  const GrantVerdict grant = grants();
  findings->push_back({.type = PolicyType::kGrant,
                       .policy = std::string(grant.grant_id),
                       .effect = grant.allows ? Outcome::Effect::kAllow : Outcome::Effect::kNone,
                       .match = grant.through_account ? PrincipalMatch::kAccount : PrincipalMatch::kNone,
                       .statement = -1,
                       .sid = {}});
  return grant;
}

}  // namespace

Verdict DecideOnKey(const Question& question, const NamedPolicy& key_policy, AccountId owner, bool cross_account,
                    const GrantLookup& grants, Findings* findings) {
  const Decider decider(question, key_policy, PolicyType::kResource, findings);
  const std::optional<GrantVerdict> told = TellGrants(grants, findings);
  if (auto denied = decider.ExplicitDeny()) return std::unexpected(*std::move(denied));
  const bool same = question.request.caller.account == owner;
  if (!same && !decider.outsider() && !cross_account) return decider.NoCrossAccount();
  if (const auto permit = ByPolicies(decider, same)) return *permit;
  if (grants && decider.WithinLimits()) {
    const GrantVerdict grant = told ? *told : grants();
    if (grant.allows && (!grant.through_account || decider.identity_allows())) return decider.ByGrant(grant);
  }
  return decider.WhyNot(!same || decider.Delegates());
}

Verdict DecideByIdentity(const Question& question, Findings* findings) {
  const Decider decider(question, std::nullopt, PolicyType::kIdentity, findings);
  if (auto denied = decider.ExplicitDeny()) return std::unexpected(*std::move(denied));
  if (decider.IdentitySuffices()) return decider.ByIdentity();
  return decider.WhyNotIdentity(true);
}

Verdict DecideOnResource(const Question& question, const std::optional<NamedPolicy>& resource_policy, AccountId owner,
                         Findings* findings) {
  const Decider decider(question, resource_policy, PolicyType::kResource, findings);
  if (auto denied = decider.ExplicitDeny()) return std::unexpected(*std::move(denied));
  const bool same = question.request.caller.account == owner;
  if (same || decider.outsider()) {
    if (decider.ResourceSuffices()) return decider.ByResource();
    if (decider.outsider()) return decider.WhyNot(false);
    if (decider.IdentitySuffices()) return decider.ByIdentity();
    return decider.WhyNotIdentity(!decider.resource_allows() || decider.Delegates());
  }
  if (decider.resource_allows() && decider.IdentitySuffices()) return decider.ByBoth();
  return decider.WhyNot(true);
}

Verdict DecideAssumeRole(const Question& question, const NamedPolicy& trust_policy, AccountId owner,
                         Findings* findings) {
  const Decider decider(question, trust_policy, PolicyType::kTrust, findings);
  if (auto denied = decider.ExplicitDeny()) return std::unexpected(*std::move(denied));
  const bool same = question.request.caller.account == owner;
  if (const auto permit = ByPolicies(decider, same)) return *permit;
  return decider.WhyNot(!same || decider.Delegates());
}

// Without the telling.

Verdict DecideOnKey(const Question& question, const NamedPolicy& key_policy, AccountId owner, bool cross_account,
                    const GrantLookup& grants) {
  return DecideOnKey(question, key_policy, owner, cross_account, grants, nullptr);
}
Verdict DecideByIdentity(const Question& question) { return DecideByIdentity(question, nullptr); }
Verdict DecideOnResource(const Question& question, const std::optional<NamedPolicy>& resource_policy, AccountId owner) {
  return DecideOnResource(question, resource_policy, owner, nullptr);
}
Verdict DecideAssumeRole(const Question& question, const NamedPolicy& trust_policy, AccountId owner) {
  return DecideAssumeRole(question, trust_policy, owner, nullptr);
}

}  // namespace kagimori::authz
