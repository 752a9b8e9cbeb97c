#ifndef KAGIMORI_GATEWAY_CALLERS_H_
#define KAGIMORI_GATEWAY_CALLERS_H_

#include <memory>
#include <optional>

#include "base/result.h"
#include "base/task.h"
#include "gateway/core_state.h"
#include "gateway/request_scope.h"
#include "identity/caller.h"

namespace kagimori::gateway {

// Who a verified request comes from, with the policies that are in force now: read from the core's caches on nearly
// every request. `known`: the account, where it was looked up for this request already; null: it is looked up. Nothing:
// the user or role is not there any more, so that its credentials are worth nothing. An error: that cannot be found
// out.
Task<Result<std::optional<identity::Caller>>> FindCaller(CoreState& core,
                                                         std::shared_ptr<const identity::Principal> principal,
                                                         std::shared_ptr<const identity::Session> session,
                                                         std::shared_ptr<const identity::AccountSnapshot> known);

// The IAM of the caller's account, for operations that are about it: a root user's caller has none so far.
Task<Result<>> LoadIamOfCaller(RequestScope& scope);

// The scope's caller once more, as it is now: for a change that is tried again. False: it is not there any more, or its
// access key works no more. An error: that cannot be found out.
Task<Result<bool>> RefreshCaller(RequestScope& scope);

}  // namespace kagimori::gateway

#endif  // KAGIMORI_GATEWAY_CALLERS_H_
