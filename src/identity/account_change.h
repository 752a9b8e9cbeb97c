#ifndef KAGIMORI_IDENTITY_ACCOUNT_CHANGE_H_
#define KAGIMORI_IDENTITY_ACCOUNT_CHANGE_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "identity/account_snapshot.h"
#include "identity/entities.h"
#include "seal/hierarchy.h"
#include "secret/secret_bytes.h"
#include "store/store.h"

namespace kagimori::identity {

// What an operation of IAM wants changed. Operations build one; AccountTable::Commit seals it, commits it together with
// its audit event, and makes the account's next snapshot of it.

template <class T>
struct EntityChange {
  std::shared_ptr<const T> before;  // null: it is new; as it stands in the snapshot that the change is based on
  std::optional<T> after;           // nothing: deleted
};

// The record of a user's access key, which changes together with the user that lists it.
struct AccessKeyChange {
  enum class What { kCreate, kSetStatus, kDelete };
  What what = What::kCreate;
  std::string access_key_id;
  std::string user_id;                    // the owner's unique id
  bool active = true;                     // kCreate, kSetStatus
  secret::SecretBytes secret_access_key;  // kCreate
  Timestamp created;                      // kCreate
};

struct AccountChange {
  std::shared_ptr<const AccountSnapshot> before;
  std::vector<EntityChange<User>> users;
  std::vector<EntityChange<Group>> groups;
  std::vector<EntityChange<Role>> roles;
  std::vector<EntityChange<ManagedPolicy>> policies;
  std::vector<EntityChange<OidcProvider>> providers;
  std::vector<AccessKeyChange> access_keys;
};

// The change as a transaction under the preconditions that nothing of the account's IAM has changed, and the snapshot
// that holds once it is committed (and which SetRevision is still to be called for). `access_keys`: what the store has
// for each of change.access_keys that is not new, in their order.
struct PreparedChange {
  store::Transaction transaction;
  std::shared_ptr<AccountSnapshot> after;
};
// kConflict: rerun. kLimit: a record would outgrow the store's limits. kCorrupt: an access key's record is not what the
// user's says.
Result<PreparedChange> PrepareChange(const seal::KeyHierarchy& hierarchy, const AccountChange& change,
                                     const std::vector<std::optional<store::Record>>& access_keys);

// The access keys whose credentials are no longer what the caches have: of users that changed, and those that changed
// themselves.
std::vector<std::string> TouchedAccessKeys(const AccountChange& change);

}  // namespace kagimori::identity

#endif  // KAGIMORI_IDENTITY_ACCOUNT_CHANGE_H_
