#ifndef KAGIMORI_STS_OWN_SESSION_H_
#define KAGIMORI_STS_OWN_SESSION_H_

#include <chrono>
#include <cstdint>
#include <optional>

#include "identity/session_token.h"
#include "sts/call.h"

namespace kagimori::sts {

// Sessions that the caller asks for out of its own permissions: GetSessionToken, GetFederationToken.
inline constexpr int64_t kMinOwnSeconds = 900;
inline constexpr int64_t kMaxOwnSeconds = 129'600;
static_assert(std::chrono::seconds(kMaxOwnSeconds) <= identity::kLongestSession);

// Issuer and times of one; `kind` is left to the caller. `seconds`: nothing was asked for: twelve hours. A root user's
// lasts an hour at most, whatever was asked for. REQUIRES: the caller signs with long-term credentials.
identity::SessionContent OwnSession(const StsCall& call, std::optional<int64_t> seconds);

}  // namespace kagimori::sts

#endif  // KAGIMORI_STS_OWN_SESSION_H_
