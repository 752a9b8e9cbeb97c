#ifndef KAGIMORI_AUTHZ_AUTHORIZER_H_
#define KAGIMORI_AUTHZ_AUTHORIZER_H_

#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "identity/identity.h"
#include "keys/actions.h"
#include "keys/authorized.h"
#include "keys/key.h"

namespace kagimori::authz {

// Why not. The message is AWS's text for the client (AccessDeniedException).
struct Denial {
  std::string message;
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

// Thread-safe. A failure to decide is a denial.
class Authorizer {
 public:
  // `context`: the encryption context of the request; it stays with the proof.
  template <class Action>
  Decision<keys::Authorized<Action, keys::Key>> OnKey(const identity::Principal& caller,
                                                      std::shared_ptr<const keys::Key> key,
                                                      keys::CanonicalContext context = {}) const {
    if (auto denial = Decide(caller, Action::kName, key->name.account, key->arn))
      return std::unexpected(std::move(*denial));
    return Minter::Make<Action, keys::Key>(std::move(key), std::move(context));
  }

  // An alias as a resource of its own: CreateAlias, UpdateAlias, DeleteAlias.
  template <class Action>
  Decision<keys::Authorized<Action, keys::AliasName>> OnAlias(const identity::Principal& caller,
                                                              keys::AliasName alias) const {
    if (auto denial = Decide(caller, Action::kName, alias.account, alias.Arn()))
      return std::unexpected(std::move(*denial));
    return Minter::Make<Action, keys::AliasName>(std::make_shared<const keys::AliasName>(std::move(alias)), {});
  }

  // What needs no key: CreateKey, GenerateRandom, ListKeys, ListAliases.
  template <class Action>
  Decision<keys::Authorized<Action, keys::AccountScope>> OnAccount(const identity::Principal& caller,
                                                                   keys::AccountScope scope) const {
    if (auto denial = Decide(caller, Action::kName, scope.account, "*")) return std::unexpected(std::move(*denial));
    return Minter::Make<Action, keys::AccountScope>(std::make_shared<const keys::AccountScope>(scope), {});
  }

  // The denial for a key of another account that is not there: the same as for one that is, so that it does not tell.
  static Denial ForeignKey(const identity::Principal& caller, std::string_view action, std::string_view arn);

 private:
  static std::unique_ptr<Denial> Decide(const identity::Principal& caller, std::string_view action, AccountId owner,
                                        std::string_view arn);
};

}  // namespace kagimori::authz

#endif  // KAGIMORI_AUTHZ_AUTHORIZER_H_
