#include "authz/authorizer.h"

#include <functional>
#include <optional>

#include "authz/caller_view.h"
#include "authz/explanation.h"
#include "keys/retiring.h"

namespace kagimori::authz {
namespace {

std::unique_ptr<Denial> Denied(const policy::Caller& caller, const policy::Action& action, std::string_view shown,
                               std::string_view context, std::string explanation) {
  return std::make_unique<Denial>(Denial{DenialText(caller, action.name(), shown, context), std::move(explanation)});
}

std::string NotAllowedBy(std::string_view kind, const policy::Action& action) {
  return std::string("because no ").append(kind).append(" allows the ").append(action.name()).append(" action");
}

// A policy that limits the caller cannot be read, so that nothing is known to be allowed.
std::unique_ptr<Denial> Unreadable(const policy::Caller& caller, const policy::Action& action, std::string_view shown) {
  return Denied(caller, action, shown, NotAllowedBy("identity-based policy", action),
                "a policy of the caller is gone or cannot be read");
}

std::unique_ptr<Denial> Concluded(Verdict verdict, std::string* explanation) {
  if (!verdict) {
    std::string why = Explain(verdict.error());
    return std::make_unique<Denial>(Denial{std::move(verdict).error().message, std::move(why)});
  }
  if (explanation != nullptr && verdict->identity.type != PolicyType::kRoot) *explanation = Explain(*verdict);
  return nullptr;
}

std::unique_ptr<Denial> ByIdentity(const CallFacts& call, const policy::Action& action, std::string_view resource,
                                   std::string_view shown, const policy::RequestContext& context,
                                   std::string* explanation) {
  const CallerView caller(*call.caller, call.region.partition());
  if (caller.unreadable()) return Unreadable(caller.caller(), action, shown);
  const policy::Request request{.action = action, .resource = resource, .caller = caller.caller(), .context = context};
  return Concluded(DecideByIdentity({.request = request, .shown_resource = shown, .identity = caller.identity()}),
                   explanation);
}

// The resource of an operation of KMS that has none.
std::string AccountResource(AccountId account, Region region) {
  std::string arn = "arn:";
  arn.append(region.partition()).append(":kms:").append(region.name()).append(":").append(account.ToString());
  return arn.append(":*");
}

Verdict OnKeyUnder(const Asking& asking, const policy::Action& action, bool cross_account, const keys::Key& key,
                   const policy::Document& document, std::string_view request_alias, GrantFinder* grants) {
  const CallerView caller(*asking.call.caller, key.name.region.partition());
  const KeyContext context(asking.call, asking.operation, KeyContext::Of::kKey, &key, request_alias);
  const policy::Request request{.action = action, .resource = key.arn, .caller = caller.caller(), .context = context};
  GrantLookup lookup;
  auto find = [grants] { return grants->Find(); };
  if (grants != nullptr) lookup = std::ref(find);
  return DecideOnKey({.request = request, .shown_resource = key.arn, .identity = caller.identity()},
                     {.document = &document, .name = key.arn}, key.name.account, cross_account, lookup);
}

}  // namespace

Denial Authorizer::ForeignKey(const identity::Principal& caller, std::string_view action, std::string_view arn) {
  policy::Caller as_seen;
  as_seen.arn = caller.arn;
  return Denial{DenialText(as_seen, action, arn,
                           std::string("because no resource-based policy allows the ").append(action) + " action"),
                "there is no such key, or it is another account's"};
}

std::unique_ptr<Denial> Authorizer::DecideKey(const Asking& asking, const policy::Action& action, bool cross_account,
                                              const keys::Key& key, std::string_view request_alias, GrantFinder* grants,
                                              std::string* explanation) {
  const policy::Caller caller = asking.call.caller->AsPolicySees(key.name.region.partition());
  if (asking.call.caller->unreadable) return Unreadable(caller, action, key.arn);
  if (key.policy_document == nullptr) {
    return Denied(caller, action, key.arn, NotAllowedBy("resource-based policy", action),
                  "the key's policy cannot be read");
  }
  // What an earlier question was refused for must not stand beside a permission.
  const bool own_root = caller.kind == policy::Caller::Kind::kRoot && caller.account == key.name.account;
  if (own_root && explanation != nullptr) explanation->clear();
  return Concluded(OnKeyUnder(asking, action, cross_account, key, *key.policy_document, request_alias, grants),
                   own_root ? nullptr : explanation);
}

bool Authorizer::WouldAllow(const Asking& asking, const policy::Action& action, const keys::Key& key,
                            const policy::Document& document) const {
  if (asking.call.caller->unreadable) return false;
  return OnKeyUnder(asking, action, /*cross_account=*/false, key, document, {}, nullptr).has_value();
}

std::unique_ptr<Denial> Authorizer::DecideAlias(const Asking& asking, const policy::Action& action,
                                                const keys::AliasName& alias, std::string* explanation) {
  const std::string arn = alias.Arn();
  if (asking.call.caller->principal->account != alias.account)
    return std::make_unique<Denial>(ForeignKey(*asking.call.caller->principal, action.name(), arn));
  const KeyContext context(asking.call, asking.operation, KeyContext::Of::kNothing, nullptr, {});
  return ByIdentity(asking.call, action, arn, arn, context, explanation);
}

std::unique_ptr<Denial> Authorizer::DecideAccount(const Asking& asking, const policy::Action& action,
                                                  const keys::AccountScope& scope, std::string_view shown,
                                                  std::string* explanation) {
  if (asking.call.caller->principal->account != scope.account)
    return std::make_unique<Denial>(ForeignKey(*asking.call.caller->principal, action.name(), "*"));
  const bool new_key = action.name() == keys::action::CreateKey::kName || shown.empty();
  const KeyContext context(asking.call, asking.operation, new_key ? KeyContext::Of::kNewKey : KeyContext::Of::kNothing,
                           nullptr, {});
  return ByIdentity(asking.call, action, AccountResource(scope.account, scope.region), shown, context, explanation);
}

std::unique_ptr<Denial> Authorizer::DecidePrincipal(const Asking& asking, const policy::Action& action,
                                                    const keys::AccountScope& scope, std::string_view principal_arn,
                                                    std::string* explanation) {
  if (asking.call.caller->principal->account != scope.account)
    return std::make_unique<Denial>(ForeignKey(*asking.call.caller->principal, action.name(), principal_arn));
  const KeyContext context(asking.call, asking.operation, KeyContext::Of::kNothing, nullptr, {});
  return ByIdentity(asking.call, action, principal_arn, principal_arn, context, explanation);
}

std::unique_ptr<Denial> Authorizer::DecideGrant(const Asking& asking, const policy::Action& action,
                                                const keys::Grant& grant, const keys::Key& key) {
  const CallerView caller(*asking.call.caller, key.name.region.partition());
  const KeyContext context(asking.call, asking.operation, KeyContext::Of::kKey, &key, {});
  const policy::Request request{.action = action, .resource = key.arn, .caller = caller.caller(), .context = context};
  const Verdict identity =
      DecideByIdentity({.request = request, .shown_resource = key.arn, .identity = caller.identity()});
  const bool denied_by_key = key.policy_document == nullptr ||
                             policy::Evaluate(*key.policy_document, request).effect == policy::Outcome::Effect::kDeny;
  const keys::CallerForms forms = keys::FormsOf(caller.caller());
  const bool may =
      keys::MayRetire(grant, {.forms = forms,
                              .account = caller.principal().account,
                              .is_root = caller.principal().kind == identity::Principal::Kind::kRoot,
                              .policy_allows = identity.has_value() && !caller.unreadable(),
                              .policy_denies = denied_by_key || caller.unreadable() ||
                                               (!identity && identity.error().cause == Refusal::Cause::kExplicitDeny)});
  if (may) return nullptr;
  // Guess: the text. No policy alone could have allowed it.
  return std::make_unique<Denial>(Denial{DenialText(caller.caller(), action.name(), key.arn, ""),
                                         "neither the grant nor a policy lets the caller retire it"});
}

std::unique_ptr<Denial> Authorizer::OnResource(const CallFacts& call, const policy::Action& action,
                                               std::string_view resource, const policy::RequestContext& context,
                                               std::string* explanation) const {
  return ByIdentity(call, action, resource, resource, context, explanation);
}

}  // namespace kagimori::authz
