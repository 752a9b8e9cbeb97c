#ifndef KAGIMORI_GATEWAY_AUTHENTICATE_H_
#define KAGIMORI_GATEWAY_AUTHENTICATE_H_

#include <expected>

#include "base/task.h"
#include "gateway/request_scope.h"
#include "sigv4/failure.h"

namespace kagimori::gateway {

// Why a request counts as unsigned, or (no `failure`) that this could not be found out.
struct Unauthenticated {
  std::optional<sigv4::AuthFailure> failure;
};

// Step 5: verifies the signature over the bytes that arrived, and enters credential and Region into the scope. What
// follows may believe both.
Task<std::expected<void, Unauthenticated>> Authenticate(RequestScope& scope, sigv4::Protocol protocol);

}  // namespace kagimori::gateway

#endif  // KAGIMORI_GATEWAY_AUTHENTICATE_H_
