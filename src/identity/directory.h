#ifndef KAGIMORI_IDENTITY_DIRECTORY_H_
#define KAGIMORI_IDENTITY_DIRECTORY_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "base/snapshot_cache.h"
#include "identity/identity.h"
#include "seal/hierarchy.h"
#include "store/store.h"

namespace kagimori::identity {

using CredentialCache = SnapshotCache<std::string, Credential>;

// Accounts, principals and access keys, from the store and in the node's cache. Thread-safe.
class Directory {
 public:
  // REQUIRES: all outlive the directory.
  Directory(const seal::KeyHierarchy* hierarchy, store::Store* store, const Clock* clock);

  CredentialCache& credentials() { return credentials_; }

  // Reads the credential from the store into the cache and calls back with it: kNotFound when there is no such access key (which is not
  // cached: guesses must not fill memory). Runs on a thread of the store or inline.
  void LoadCredential(std::string access_key_id, std::move_only_function<void(Result<std::shared_ptr<const Credential>>)> callback);

  // For `kagimori init`, `kagimori dev` and account administration. Blocking; not for a request's thread.
  Result<> CreateAccount(AccountId account, std::string_view name);
  Result<bool> AccountExists(AccountId account);
  struct NewAccessKey {
    std::string access_key_id;
    secret::SecretBytes secret_access_key;
  };
  // A random AKIA… key of the account's root user. At most two per root user, as in AWS (kLimit).
  Result<NewAccessKey> CreateRootAccessKey(AccountId account);
  // Development only: a fixed key such as test/test; replaces one of the same id.
  Result<> PutRootAccessKey(AccountId account, std::string_view access_key_id, const secret::SecretBytes& secret_access_key);

 private:
  const seal::KeyHierarchy* hierarchy_;
  store::Store* store_;
  const Clock* clock_;
  CredentialCache credentials_;
};

}  // namespace kagimori::identity

#endif  // KAGIMORI_IDENTITY_DIRECTORY_H_
