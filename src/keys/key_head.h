#ifndef KAGIMORI_KEYS_KEY_HEAD_H_
#define KAGIMORI_KEYS_KEY_HEAD_H_

#include "base/result.h"
#include "keys/key.h"
#include "seal/hierarchy.h"
#include "store/store.h"

namespace kagimori::keys {

// A key as its head alone tells of it: without the texts of its parts, without material. Private to the room. kCorrupt:
// the record is no head of the key's.
Result<Key> OpenKeyHead(const seal::KeyHierarchy& hierarchy, const KeyName& name, const store::Record& record);

}  // namespace kagimori::keys

#endif  // KAGIMORI_KEYS_KEY_HEAD_H_
