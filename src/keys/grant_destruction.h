#ifndef KAGIMORI_KEYS_GRANT_DESTRUCTION_H_
#define KAGIMORI_KEYS_GRANT_DESTRUCTION_H_

#include "base/result.h"
#include "keys/key.h"
#include "seal/hierarchy.h"
#include "store/store.h"

namespace kagimori::keys {

// Whether there is any record of the key's grants. Blocks.
Result<bool> HasGrantRecords(store::Store* store, const KeyName& key);

// Deletes all of them in steps of at most one transaction, each under the precondition that the key's head is still the
// one of the snapshot. What a crash leaves the next call deletes. Blocks. REQUIRES: nothing can be granted on the key
// any more.
Result<> DestroyGrants(const seal::KeyHierarchy& hierarchy, store::Store* store, const Key& key);

}  // namespace kagimori::keys

#endif  // KAGIMORI_KEYS_GRANT_DESTRUCTION_H_
