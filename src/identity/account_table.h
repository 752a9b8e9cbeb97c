#ifndef KAGIMORI_IDENTITY_ACCOUNT_TABLE_H_
#define KAGIMORI_IDENTITY_ACCOUNT_TABLE_H_

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "base/result.h"
#include "base/snapshot_cache.h"
#include "base/task.h"
#include "identity/account_change.h"
#include "identity/account_snapshot.h"
#include "identity/identity.h"
#include "seal/hierarchy.h"
#include "store/store.h"

namespace kagimori::identity {

using AccountCache = SnapshotCache<AccountId, AccountSnapshot>;
using CredentialCache = SnapshotCache<std::string, Credential>;

// Accounts' principals and policies as snapshots: from the node's cache, else the whole account opened from the store.
// Thread-safe.
class AccountTable {
 public:
  // Entities of all cached accounts together.
  static constexpr size_t kMostEntities = 200'000;

  // `credentials`: from which a change drops those it touches. REQUIRES: all outlive the table, and the store is closed
  // before the table goes.
  AccountTable(const seal::KeyHierarchy* hierarchy, store::Store* store, CredentialCache* credentials,
               size_t max_entities = kMostEntities);

  // For a core's own View of the cache.
  AccountCache& accounts() { return accounts_; }

  // From the cache, or the store. An account without IAM (and one that nobody has made) is an empty snapshot, which is
  // not cached: guesses must not fill memory. kCorrupt: a record is missing, stale, too many or not to be opened.
  Task<Result<std::shared_ptr<const AccountSnapshot>>> Load(AccountId account);

  // The change and its audit event (`event`: a put of the outbox, keys/change.h) are on stable storage, and no lookup
  // on any core gives what was before, when this returns. kConflict: the account's IAM has changed meanwhile; load
  // and rerun (the cache has forgotten what the change was based on). kLimit: see PrepareChange. REQUIRES: `change`
  // lives until this returns.
  Task<Result<store::Revision>> Commit(const AccountChange& change, std::optional<store::Put> event);

 private:
  Task<Result<std::shared_ptr<const AccountSnapshot>>> Read(AccountId account);
  Task<Result<store::Revision>> Explain(const AccountSnapshot& before, Error failure);
  void ForgetUpTo(const AccountSnapshot& snapshot);
  void Publish(std::shared_ptr<const AccountSnapshot> snapshot);

  const seal::KeyHierarchy* hierarchy_;
  store::Store* store_;
  CredentialCache* credentials_;
  AccountCache accounts_;
  std::mutex publishing_;
  std::unordered_map<AccountId, store::Revision> published_;  // by publishing_; of accounts that were changed
};

// Holds as long as nothing of the account's IAM has changed since the snapshot.
store::Precondition StillAs(const AccountSnapshot& snapshot);

}  // namespace kagimori::identity

#endif  // KAGIMORI_IDENTITY_ACCOUNT_TABLE_H_
