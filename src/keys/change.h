#ifndef KAGIMORI_KEYS_CHANGE_H_
#define KAGIMORI_KEYS_CHANGE_H_

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "keys/grant_place.h"
#include "keys/key.h"
#include "keys/paths.h"
#include "seal/hierarchy.h"
#include "secret/secret_bytes.h"
#include "store/store.h"

namespace kagimori::keys {

// What an operation wants changed, in the terms of keys, aliases and grants. Operations build one; BuildTransaction
// seals it.

// Of the entry that KeyChange::after has for the id, or one more that becomes the last.
struct NewMaterial {
  MaterialId id{};
  secret::SecretBytes bytes;
  Timestamp created;
};

struct KeyChange {
  std::shared_ptr<const Key> before;  // null: the key is new
  Key after;                          // versions are set by BuildTransaction
  std::vector<Part> parts;            // which records beside the head changed (an emptied part is deleted)
  // Materials that `after` does not name any more, or as absent, lose their records.
  std::optional<NewMaterial> material;
};

struct AliasChange {
  AliasName name;
  std::shared_ptr<const Alias> before;  // null: there must be none yet
  std::optional<Alias> after;           // nothing: deleted
};

// A grant is made or ended; none is ever changed.
struct GrantChange {
  std::shared_ptr<const Key> key;  // of a new one: the key as it was decided on, and still is; null: whatever it is
  std::shared_ptr<const Grant> before;  // null: a new one
  std::shared_ptr<const Grant> after;   // null: gone
  GrantPlace place;                     // as read for this change
};

struct Change {
  std::vector<KeyChange> keys;
  std::vector<AliasChange> aliases;
  std::vector<GrantChange> grants;
  // What the permission for it was decided on, and must still be so: the head of the IAM of the caller's account.
  std::vector<store::Precondition> permitted_by;
};

// What a change that was a conflict lost to: the same number for those who change the same thing.
size_t ContentionOf(const Change& change);

// The audit event that is committed with a change and stays in the outbox until it is known to be on the audit log's
// disk.
struct OutboxEvent {
  ByteArray<16> id{};
  std::string_view line;  // empty: a change that nobody is told of
};

// The change and its event as one transaction under the preconditions that nothing it was based on has changed.
Result<store::Transaction> BuildTransaction(const seal::KeyHierarchy& hierarchy, const Change& change,
                                            const OutboxEvent& event);

}  // namespace kagimori::keys

#endif  // KAGIMORI_KEYS_CHANGE_H_
