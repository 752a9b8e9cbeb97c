#ifndef KAGIMORI_GATEWAY_IAM_AUTHORIZATION_H_
#define KAGIMORI_GATEWAY_IAM_AUTHORIZATION_H_

#include <optional>

#include "authz/authorizer.h"
#include "authz/caller_view.h"
#include "iam/access.h"
#include "identity/session.h"

namespace kagimori::gateway {

// Whether calls of IAM are open to such credentials at all: not to those of GetFederationToken, and to those of
// GetSessionToken with a second factor only (IAM User Guide, "Comparing STS credentials"). `session`: null for
// long-term ones.
bool MayCallIam(const identity::Session* session);

// The decision on one access: by the caller's identity policies, its boundary and its session policies. Nothing: it is
// allowed. `global`: the condition keys that every request has.
std::optional<authz::Denial> DenyIam(const authz::CallerView& caller, const policy::RequestContext& global,
                                     const iam::Access& access);

}  // namespace kagimori::gateway

#endif  // KAGIMORI_GATEWAY_IAM_AUTHORIZATION_H_
