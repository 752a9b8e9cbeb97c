#ifndef KAGIMORI_KEYS_MANAGED_KEY_H_
#define KAGIMORI_KEYS_MANAGED_KEY_H_

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "keys/change.h"
#include "keys/key.h"

// AWS managed keys: a service of this deployment makes one for each account and Region that it is used in. Source: AWS
// KMS Developer Guide, "AWS managed keys"; the policy and description are those that the service's own keys have.
namespace kagimori::keys {

// A service with a managed key.
struct ManagedService {
  std::string_view name;   // "ssm"
  std::string_view alias;  // "alias/aws/ssm"
  std::string_view description;
};
extern const ManagedService kSsmService;

// All of them.
std::span<const ManagedService* const> ManagedServices();

// The service whose alias this is; null: none of this deployment's.
const ManagedService* FindManagedService(std::string_view alias);

// The policy of a managed key: for everybody in the account who comes through the service; the account itself may look
// at it.
std::string ManagedKeyPolicy(const ManagedService& service, AccountId account, Region region);

// A new managed key with its alias. `key` gets the key.
Change MakeManagedKey(const ManagedService& service, AccountId account, Region region, Timestamp now, Key* key);

}  // namespace kagimori::keys

#endif  // KAGIMORI_KEYS_MANAGED_KEY_H_
