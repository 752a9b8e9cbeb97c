#ifndef KAGIMORI_STORE_LIMITS_H_
#define KAGIMORI_STORE_LIMITS_H_

#include <string>
#include <vector>

#include "base/result.h"
#include "store/store.h"

namespace kagimori::store {

// The checks of store.h that every store makes before anything else: kLimit beyond a bound, kInvalid for a key that is
// written twice in one transaction.
Result<> CheckGet(const std::vector<std::string>& keys);
Result<> CheckRange(const RangeRequest& request);
Result<> CheckTransaction(const Transaction& transaction);

// Bytes of all keys and values, as kMaxTransactionBytes counts them.
size_t TransactionBytes(const Transaction& transaction);

// The keys a transaction writes, in bytewise order: what its WatchEvent says.
std::vector<std::string> ChangedKeys(const Transaction& transaction);

}  // namespace kagimori::store

#endif  // KAGIMORI_STORE_LIMITS_H_
