#ifndef KAGIMORI_KEYS_INVENTORY_H_
#define KAGIMORI_KEYS_INVENTORY_H_

#include <optional>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "keys/grant.h"
#include "keys/key.h"
#include "seal/hierarchy.h"
#include "store/store.h"

namespace kagimori::keys {

// What the records of this room say, for lists of what a store or a backup holds. kCorrupt: not what this room wrote
// at this place.

struct KeyEntry {
  KeyName name;
  KeySpec spec = KeySpec::kSymmetricDefault;
  KeyState state = KeyState::kEnabled;
  Timestamp created;
  std::optional<Timestamp> deletion_due;
};
// REQUIRES: the record's type is kKey.
Result<KeyEntry> ReadKeyEntry(const seal::KeyHierarchy& hierarchy, const store::Record& record);

struct AliasEntry {
  AliasName name;
  KeyId target;
};
// REQUIRES: the record's type is kAlias.
Result<AliasEntry> ReadAliasEntry(const seal::KeyHierarchy& hierarchy, const store::Record& record);

struct GrantEntry {
  KeyName key;
  GrantId id;
  std::string grantee;  // as its creator wrote it
};
// Nothing: the record is not a grant itself but one of those beside it, and opens. REQUIRES: the record's type is
// kGrant.
Result<std::optional<GrantEntry>> ReadGrantEntry(const seal::KeyHierarchy& hierarchy, const store::Record& record);

// "Enabled", "SYMMETRIC_DEFAULT": AWS's words.
std::string StateText(KeyState state);
std::string SpecText(KeySpec spec);

}  // namespace kagimori::keys

#endif  // KAGIMORI_KEYS_INVENTORY_H_
