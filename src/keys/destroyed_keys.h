#ifndef KAGIMORI_KEYS_DESTROYED_KEYS_H_
#define KAGIMORI_KEYS_DESTROYED_KEYS_H_

#include <string>

#include "base/result.h"
#include "keys/key.h"
#include "seal/hierarchy.h"
#include "store/store.h"

// What is left of a key that was destroyed: the mark that its id was given once. Random ids need none, since they never
// come again; a file names the ids of its keys (docs/seeding.md).
namespace kagimori::keys {

// The number of the mark among the parts of a key (paths.h, Part), of which it is the only one without a head.
inline constexpr uint8_t kDestroyedPart = 8;
std::string DestroyedPath(const KeyName& name);

// For the transaction that deletes the key's head.
store::Put DestroyedPut(const seal::KeyHierarchy& hierarchy, const KeyName& name);

// Blocking.
Result<bool> WasDestroyed(store::Store& store, const KeyName& name);

}  // namespace kagimori::keys

#endif  // KAGIMORI_KEYS_DESTROYED_KEYS_H_
