#ifndef KAGIMORI_GATEWAY_MANAGED_KEYS_H_
#define KAGIMORI_GATEWAY_MANAGED_KEYS_H_

#include <string_view>

#include "base/result.h"
#include "base/task.h"
#include "gateway/request_scope.h"
#include "keys/managed_key.h"

namespace kagimori::gateway {

// Makes the managed key of a service for the caller's account and the Region of the call, unless it is there. No
// permission is asked for: it is the service that makes it, on first use.
Task<Result<>> EnsureManagedKey(RequestScope& scope, const keys::ManagedService& service);

// The service whose managed key a KeyId names by its alias, in the caller's account and the Region of the call; null:
// none.
const keys::ManagedService* NamesManagedKey(const RequestScope& scope, std::string_view key_id);

}  // namespace kagimori::gateway

#endif  // KAGIMORI_GATEWAY_MANAGED_KEYS_H_
