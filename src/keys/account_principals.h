#ifndef KAGIMORI_KEYS_ACCOUNT_PRINCIPALS_H_
#define KAGIMORI_KEYS_ACCOUNT_PRINCIPALS_H_

#include "keys/grant_principal.h"
#include "seal/hierarchy.h"
#include "store/store.h"

namespace kagimori::keys {

// The accounts of the store and nobody else: no users, no roles. Thread-safe.
class AccountPrincipals : public PrincipalDirectory {
 public:
  // REQUIRES: both outlive this.
  AccountPrincipals(const seal::KeyHierarchy* hierarchy, store::Store* store) : hierarchy_(hierarchy), store_(store) {}
  Task<Result<std::optional<std::string>>> FindId(policy::PrincipalRef principal) const override;
  Task<Result<std::optional<std::string>>> FindArn(AccountId account, PrincipalForm form) const override;

 private:
  const seal::KeyHierarchy* hierarchy_;
  store::Store* store_;
};

}  // namespace kagimori::keys

#endif  // KAGIMORI_KEYS_ACCOUNT_PRINCIPALS_H_
