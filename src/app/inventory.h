#ifndef KAGIMORI_APP_INVENTORY_H_
#define KAGIMORI_APP_INVENTORY_H_

#include <cstdint>
#include <map>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "identity/inventory.h"
#include "keys/inventory.h"
#include "parameters/inventory.h"
#include "seal/hierarchy.h"
#include "store/store.h"

namespace kagimori::app {

// What a store or a backup holds, as far as it matters when one is put in the other's place.
struct Inventory {
  std::map<AccountId, identity::AccountEntry> accounts;
  std::map<std::string, identity::AccessKeyEntry> access_keys;  // by id
  std::map<std::string, identity::IamEntry> iam;                // users, groups, roles …, by unique id
  std::map<keys::KeyName, keys::KeyEntry> keys;
  std::map<keys::AliasName, KeyId> aliases;
  std::map<std::pair<keys::KeyName, keys::GrantId>, keys::GrantEntry> grants;
  std::map<parameters::ParameterName, parameters::ParameterEntry> parameters;
  uint64_t records = 0;

  // One record after the other, in any order. An error: it does not open.
  Result<> Take(const seal::KeyHierarchy& hierarchy, const store::Record& record);
};

// For people, a line for each thing. `now`: what is due by then is said to be gone.
std::string DescribeInventory(const Inventory& inventory, Timestamp now);

// What would be different if `back` took the place of `present`: what comes back, what is lost, what is in another
// state. Ends with a line of totals.
std::string DescribeDifference(const Inventory& back, const Inventory& present);

}  // namespace kagimori::app

#endif  // KAGIMORI_APP_INVENTORY_H_
