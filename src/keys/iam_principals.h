#ifndef KAGIMORI_KEYS_IAM_PRINCIPALS_H_
#define KAGIMORI_KEYS_IAM_PRINCIPALS_H_

#include "identity/account_table.h"
#include "keys/grant_principal.h"

namespace kagimori::keys {

// The principals that IAM has, in all accounts of the deployment. Thread-safe.
class IamPrincipals final : public PrincipalDirectory {
 public:
  // `accounts`: knows which accounts there are. REQUIRES: both outlive this.
  IamPrincipals(identity::AccountTable* iam, const PrincipalDirectory* accounts) : iam_(iam), accounts_(accounts) {}

  Task<Result<std::optional<std::string>>> FindId(policy::PrincipalRef principal) const override;
  Task<Result<std::optional<std::string>>> FindArn(AccountId account, PrincipalForm form) const override;

 private:
  identity::AccountTable* iam_;
  const PrincipalDirectory* accounts_;
};

}  // namespace kagimori::keys

#endif  // KAGIMORI_KEYS_IAM_PRINCIPALS_H_
