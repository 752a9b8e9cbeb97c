#ifndef KAGIMORI_AUTHZ_AUTHORIZER_H_
#define KAGIMORI_AUTHZ_AUTHORIZER_H_

#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "authz/call_facts.h"
#include "authz/combination.h"
#include "authz/key_context.h"
#include "keys/actions.h"
#include "keys/authorized.h"
#include "keys/grant.h"
#include "keys/key.h"
#include "policy/evaluate.h"

namespace kagimori::authz {

// Why not.
struct Denial {
  std::string message;      // AWS's text for the client (AccessDeniedException)
  std::string explanation;  // for the operator: the statement that decided, or what was missing
};

template <class T>
using Decision = std::expected<T, Denial>;

class Authorizer;

// Makes the proofs; nobody but the Authorizer can call it.
class Minter {
 private:
  friend class Authorizer;
  template <class Action, class Resource>
  static keys::Authorized<Action, Resource> Make(std::shared_ptr<const Resource> resource,
                                                 keys::CanonicalContext context) {
    return keys::Authorized<Action, Resource>(std::move(resource), std::move(context));
  }
};

// The permission as the policy evaluator takes it.
template <class Action>
const policy::Action& PolicyAction() {
  static const policy::Action action(Action::kName);
  return action;
}

// Who asks for what, whatever the resource.
struct Asking {
  const CallFacts& call;
  const OperationFacts& operation;
};

// Whether a grant on the key lets the caller in; asked once at most, and only where policies alone do not.
class GrantFinder {
 public:
  virtual ~GrantFinder() = default;
  virtual GrantVerdict Find() = 0;
};

// Thread-safe. A failure to decide is a denial. `explanation` (may be null): what a permission rests on, for the
// operator; left alone where the account's root user is let in by its own account.
class Authorizer {
 public:
  // `context`: the encryption context of the request; it goes into the proof, and stays where it is after a denial.
  // `request_alias`: the alias name by which the request named the key; empty when it did not.
  template <class Action>
  Decision<keys::Authorized<Action, keys::Key>> OnKey(const Asking& asking, std::string_view request_alias,
                                                      std::shared_ptr<const keys::Key> key,
                                                      keys::CanonicalContext&& context, GrantFinder* grants,
                                                      std::string* explanation) const {
    if (auto denial =
            DecideKey(asking, PolicyAction<Action>(), Action::kCrossAccount, *key, request_alias, grants, explanation))
      return std::unexpected(std::move(*denial));
    return Minter::Make<Action, keys::Key>(std::move(key), std::move(context));
  }

  // An alias as a resource of its own: CreateAlias, UpdateAlias, DeleteAlias.
  template <class Action>
  Decision<keys::Authorized<Action, keys::AliasName>> OnAlias(const Asking& asking, keys::AliasName alias,
                                                              std::string* explanation) const {
    if (auto denial = DecideAlias(asking, PolicyAction<Action>(), alias, explanation))
      return std::unexpected(std::move(*denial));
    return Minter::Make<Action, keys::AliasName>(std::make_shared<const keys::AliasName>(std::move(alias)), {});
  }

  // What needs no key that is there already: CreateKey, GenerateRandom, ListKeys, ListAliases.
  template <class Action>
  Decision<keys::Authorized<Action, keys::AccountScope>> OnAccount(const Asking& asking, keys::AccountScope scope,
                                                                   std::string* explanation) const {
    if (auto denial = DecideAccount(asking, PolicyAction<Action>(), scope, "*", explanation))
      return std::unexpected(std::move(*denial));
    return Minter::Make<Action, keys::AccountScope>(std::make_shared<const keys::AccountScope>(scope), {});
  }
  // Tags of a key that is being made. The message does not name the resource.
  template <class Action>
  Decision<keys::Authorized<Action, keys::AccountScope>> OnNewKey(const Asking& asking, keys::AccountScope scope,
                                                                  std::string* explanation) const {
    if (auto denial = DecideAccount(asking, PolicyAction<Action>(), scope, "", explanation))
      return std::unexpected(std::move(*denial));
    return Minter::Make<Action, keys::AccountScope>(std::make_shared<const keys::AccountScope>(scope), {});
  }

  // What the identity policies of the caller alone decide, with condition keys of another service: IAM, STS, SSM.
  // `resource`: its ARN, or "*". Null: allowed.
  std::unique_ptr<Denial> OnResource(const CallFacts& call, const policy::Action& action, std::string_view resource,
                                     const policy::RequestContext& context, std::string* explanation) const;

  // What a key's policy would say to `caller` if it were `document`: for the check that a new policy does not lock its
  // author out.
  bool WouldAllow(const Asking& asking, const policy::Action& action, const keys::Key& key,
                  const policy::Document& document) const;

  // RetireGrant, for which the grant says who may (keys/retiring.h); policies can add the right or take it away. `key`:
  // the grant's.
  template <class Action>
  Decision<keys::Authorized<Action, keys::Grant>> OnGrant(const Asking& asking,
                                                          std::shared_ptr<const keys::Grant> grant,
                                                          const keys::Key& key) const {
    if (auto denial = DecideGrant(asking, PolicyAction<Action>(), *grant, key))
      return std::unexpected(std::move(*denial));
    return Minter::Make<Action, keys::Grant>(std::move(grant), {});
  }
  // ListRetirableGrants, whose resource is the principal that may retire them.
  template <class Action>
  Decision<keys::Authorized<Action, keys::AccountScope>> OnPrincipal(const Asking& asking, keys::AccountScope scope,
                                                                     std::string_view principal_arn,
                                                                     std::string* explanation) const {
    if (auto denial = DecidePrincipal(asking, PolicyAction<Action>(), scope, principal_arn, explanation))
      return std::unexpected(std::move(*denial));
    return Minter::Make<Action, keys::AccountScope>(std::make_shared<const keys::AccountScope>(scope), {});
  }

  // The denial for a key of another account that is not there: the same as for one that is, so that it does not tell.
  static Denial ForeignKey(const identity::Principal& caller, std::string_view action, std::string_view arn);

 private:
  static std::unique_ptr<Denial> DecideKey(const Asking& asking, const policy::Action& action, bool cross_account,
                                           const keys::Key& key, std::string_view request_alias, GrantFinder* grants,
                                           std::string* explanation);
  static std::unique_ptr<Denial> DecideAlias(const Asking& asking, const policy::Action& action,
                                             const keys::AliasName& alias, std::string* explanation);
  static std::unique_ptr<Denial> DecideAccount(const Asking& asking, const policy::Action& action,
                                               const keys::AccountScope& scope, std::string_view shown,
                                               std::string* explanation);
  static std::unique_ptr<Denial> DecidePrincipal(const Asking& asking, const policy::Action& action,
                                                 const keys::AccountScope& scope, std::string_view principal_arn,
                                                 std::string* explanation);
  static std::unique_ptr<Denial> DecideGrant(const Asking& asking, const policy::Action& action,
                                             const keys::Grant& grant, const keys::Key& key);
};

}  // namespace kagimori::authz

#endif  // KAGIMORI_AUTHZ_AUTHORIZER_H_
