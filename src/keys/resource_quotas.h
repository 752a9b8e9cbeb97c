#ifndef KAGIMORI_KEYS_RESOURCE_QUOTAS_H_
#define KAGIMORI_KEYS_RESOURCE_QUOTAS_H_

#include <cstdint>
#include <map>
#include <string_view>

#include "base/ids.h"
#include "base/result.h"

namespace kagimori::keys {

// What a quota can be raised to. An alias' name is in a record with all others of its key.
inline constexpr uint64_t kMostKeys = 1'000'000'000;
inline constexpr uint64_t kMostAliasesPerKey = 1'000;
inline constexpr uint64_t kMostGrantsPerKey = 1'000'000;

// How much an account may have. The defaults are AWS's (AWS KMS developer guide, "Resource quotas").
struct ResourceLimits {
  uint64_t keys = 100'000;        // customer managed ones in a Region, whatever their state
  uint64_t aliases_per_key = 50;  // above this kms:ResourceAliases stops granting, too
  uint64_t grants_per_key = 50'000;
};
inline constexpr ResourceLimits kAwsResourceLimits;

// The limits of each account: those of the deployment, and what differs for single accounts.
class ResourceQuotas {
 public:
  // "aws", or, separated by commas, NAME=NUMBER for all accounts and ACCOUNT:NAME=NUMBER for one. NAME: keys, aliases
  // or grants, up to what is above. The later one counts; what is said of an account
  // counts for it wherever it stands. kInvalid: anything else.
  static Result<ResourceQuotas> Parse(std::string_view text);

  const ResourceLimits& Of(AccountId account) const;

 private:
  ResourceLimits everybody_;
  std::map<AccountId, ResourceLimits> accounts_;
};

}  // namespace kagimori::keys

#endif  // KAGIMORI_KEYS_RESOURCE_QUOTAS_H_
