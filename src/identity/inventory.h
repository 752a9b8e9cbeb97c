#ifndef KAGIMORI_IDENTITY_INVENTORY_H_
#define KAGIMORI_IDENTITY_INVENTORY_H_

#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "identity/entities.h"
#include "seal/hierarchy.h"
#include "store/store.h"

namespace kagimori::identity {

// What the records of this room say, for lists of what a store or a backup holds. kCorrupt: not what this room wrote
// at this place.

struct AccountEntry {
  AccountId account;
  std::string name;
  Timestamp created;
};
// REQUIRES: the record's type is kAccount.
Result<AccountEntry> ReadAccountEntry(const seal::KeyHierarchy& hierarchy, const store::Record& record);

struct AccessKeyEntry {
  std::string access_key_id;
  AccountId account;
  Timestamp created;
  bool active = false;
  std::string user_id;  // unique id of the owner; empty: the root user
};
// REQUIRES: the record's type is kAccessKey.
Result<AccessKeyEntry> ReadAccessKeyEntry(const seal::KeyHierarchy& hierarchy, const store::Record& record);

struct IamEntry {
  AccountId account;
  EntityKind kind = EntityKind::kUser;
  std::string id;
  std::string arn;
};
// REQUIRES: the record's type is kIamEntity.
Result<IamEntry> ReadIamEntry(const seal::KeyHierarchy& hierarchy, const store::Record& record);

}  // namespace kagimori::identity

#endif  // KAGIMORI_IDENTITY_INVENTORY_H_
