#ifndef KAGIMORI_APP_ACCOUNT_COMMANDS_H_
#define KAGIMORI_APP_ACCOUNT_COMMANDS_H_

#include <optional>
#include <string>

#include "app/seal_commands.h"
#include "base/ids.h"

namespace kagimori::app {

// The accounts of a deployment. `seal.unlock` serves where no server runs.

struct AccountCreateOptions {
  SealOptions seal;
  std::string name;
  std::optional<AccountId> account;  // nothing: a random number
};
struct AccountListOptions {
  SealOptions seal;
  bool json = false;
};
struct ResetRootKeyOptions {
  SealOptions seal;
  AccountId account;
};

Parsed<AccountCreateOptions> ParseAccountCreate(const Arguments& arguments);
Parsed<AccountListOptions> ParseAccountList(const Arguments& arguments);
Parsed<ResetRootKeyOptions> ParseResetRootKey(const Arguments& arguments);

Result<> RunAccountCreate(const AccountCreateOptions& options);
Result<> RunAccountList(const AccountListOptions& options);
Result<> RunResetRootKey(const ResetRootKeyOptions& options);

}  // namespace kagimori::app

#endif  // KAGIMORI_APP_ACCOUNT_COMMANDS_H_
