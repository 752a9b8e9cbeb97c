#ifndef KAGIMORI_KEYS_DUE_H_
#define KAGIMORI_KEYS_DUE_H_

#include <optional>

#include "base/result.h"
#include "keys/key.h"
#include "seal/hierarchy.h"
#include "store/store.h"

// The schedule: each key that something is going to happen to by itself stands in it once, at the earliest time of
// that. Whoever finds it there looks at the key's head for what is due.
namespace kagimori::keys {

// Deletion, a rotation, or the expiry of imported material. Nothing: none of them is ahead. A time that is past: it is
// waiting to be done (or, of deletions and expired material, for its destruction).
std::optional<Timestamp> DueAt(const Key& key);

// Moves the key's place in the schedule with a change of it. `before` null: the key is new. REQUIRES:
// after.head_version is that of the change.
void MoveDue(const seal::KeyHierarchy& hierarchy, const Key* before, const Key& after, store::Transaction* transaction);

// The key of a record of the schedule.
Result<KeyName> OpenDue(const seal::KeyHierarchy& hierarchy, const store::Record& record);

}  // namespace kagimori::keys

#endif  // KAGIMORI_KEYS_DUE_H_
