#ifndef KAGIMORI_IDENTITY_DIRECTORY_H_
#define KAGIMORI_IDENTITY_DIRECTORY_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/snapshot_cache.h"
#include "identity/account_table.h"
#include "identity/identity.h"
#include "identity/inventory.h"
#include "seal/hierarchy.h"
#include "store/store.h"

namespace kagimori::identity {

// Of the 10^12 - 10^11 numbers that do not start with a zero, for the first account of a new deployment.
AccountId RandomAccountId();

// Accounts, principals and access keys, from the store and in the node's cache. Thread-safe.
class Directory {
 public:
  // REQUIRES: all outlive the directory, and the store is closed before the directory goes (its callbacks use it).
  Directory(const seal::KeyHierarchy* hierarchy, store::Store* store, const Clock* clock);

  CredentialCache& credentials() { return credentials_; }
  AccountTable& accounts() { return accounts_; }

  // Reads the credential from the store into the cache and calls back with it: kNotFound when there is no such access
  // key (which is not cached: guesses must not fill memory). Runs inline, on the core that asked, or on a thread of
  // the store.
  using LoadCallback = std::move_only_function<void(Result<std::shared_ptr<const Credential>>)>;
  void LoadCredential(std::string access_key_id, LoadCallback callback);

  // For `kagimori init`, `kagimori dev` and account administration. Blocking; not for a request's thread.
  //
  // `name`: 1..50 bytes of printable ASCII. kConflict: there is such an account.
  Result<> CreateAccount(AccountId account, std::string_view name);
  Result<bool> AccountExists(AccountId account);
  // All of them, by number.
  Result<std::vector<AccountEntry>> ListAccounts();
  struct NewAccessKey {
    std::string access_key_id;
    secret::SecretBytes secret_access_key;
  };
  // A random AKIA… key of the account's root user. At most two per root user, as in AWS (kLimit). kNotFound: no such
  // account.
  Result<NewAccessKey> CreateRootAccessKey(AccountId account);
  // For an account whose access keys are lost or in wrong hands: a new one, and every other one of its root user works
  // no more, from the return on; those that did not work before are removed. kNotFound: no such account. After an error
  // of the kind kUnavailable or kIo the old keys may work or not; the new one is then known to nobody.
  struct RootKeyChange {
    NewAccessKey key;
    std::vector<std::string> deactivated;
  };
  Result<RootKeyChange> ResetRootAccessKey(AccountId account);
  // Development deployments only (kInvalid elsewhere): a fixed key such as test/test; replaces one of the same id,
  // which must be the same account's (kConflict).
  Result<> PutRootAccessKey(AccountId account, std::string_view access_key_id,
                            const secret::SecretBytes& secret_access_key);

 private:
  using CredentialResult = Result<std::shared_ptr<const Credential>>;
  Task<CredentialResult> Read(std::string access_key_id);
  Task<CredentialResult> ReadOnce(const std::string& access_key_id);
  Result<> PutKey(AccountId account, std::string_view access_key_id, const secret::SecretBytes& secret_access_key,
                  bool replace);

  const seal::KeyHierarchy* hierarchy_;
  store::Store* store_;
  const Clock* clock_;
  CredentialCache credentials_;
  AccountTable accounts_;
};

}  // namespace kagimori::identity

#endif  // KAGIMORI_IDENTITY_DIRECTORY_H_
