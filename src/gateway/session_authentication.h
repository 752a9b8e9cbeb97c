#ifndef KAGIMORI_GATEWAY_SESSION_AUTHENTICATION_H_
#define KAGIMORI_GATEWAY_SESSION_AUTHENTICATION_H_

#include <expected>
#include <memory>

#include "base/ids.h"
#include "base/result.h"
#include "base/task.h"
#include "gateway/authenticate.h"
#include "gateway/core_state.h"
#include "gateway/request_scope.h"
#include "identity/account_snapshot.h"
#include "identity/session.h"
#include "sigv4/authorization.h"

namespace kagimori::gateway {

// An account as it is now: from the core's own view of the cache, else the node's, else the store.
Task<Result<std::shared_ptr<const identity::AccountSnapshot>>> LoadAccount(CoreState& core, AccountId account);

struct FoundSession {
  std::shared_ptr<const identity::Session> session;
  std::shared_ptr<const identity::AccountSnapshot> account;  // with which it was found to hold
};
// Whose session token the request brings, REQUIRES: parsed.session_token is not empty. A token that was opened before
// on this node costs a hash and a look into the core's view. Nothing is proven by it: the signature is still to be
// verified, with `session->credential` and under the name `session->id` (sigv4::Credential::identity).
Task<std::expected<FoundSession, Unauthenticated>> FindSession(RequestScope& scope,
                                                               const sigv4::ParsedSignature& parsed);

}  // namespace kagimori::gateway

#endif  // KAGIMORI_GATEWAY_SESSION_AUTHENTICATION_H_
