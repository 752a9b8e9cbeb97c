#ifndef KAGIMORI_KEYS_STORED_MATERIAL_H_
#define KAGIMORI_KEYS_STORED_MATERIAL_H_

#include <span>

#include "base/clock.h"
#include "base/result.h"
#include "keys/change.h"
#include "keys/key.h"
#include "seal/hierarchy.h"
#include "secret/secret_bytes.h"
#include "store/store.h"

// Key material as it is stored, for moving keys between deployments: what no operation of the API does.
namespace kagimori::keys {

struct StoredMaterial {
  secret::SecretBytes bytes;  // or PKCS#8
  Timestamp created;
};
// Blocking. kConflict: the key has changed since its snapshot was read. REQUIRES: the entry is of the key, and its
// version is not 0.
Result<StoredMaterial> ReadMaterialAndWait(const seal::KeyHierarchy& hierarchy, store::Store& store, const Key& key,
                                           const MaterialEntry& entry);

// Adds the records of materials to a transaction that BuildTransaction made of a change whose `after` has their entries
// already, with the version that its head is going to have: `version`.
Result<> PutMaterials(const seal::KeyHierarchy& hierarchy, const KeyName& name, uint64_t version,
                      std::span<const NewMaterial> materials, store::Transaction* transaction);

}  // namespace kagimori::keys

#endif  // KAGIMORI_KEYS_STORED_MATERIAL_H_
