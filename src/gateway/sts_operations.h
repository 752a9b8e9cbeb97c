#ifndef KAGIMORI_GATEWAY_STS_OPERATIONS_H_
#define KAGIMORI_GATEWAY_STS_OPERATIONS_H_

#include <string_view>

#include "base/task.h"
#include "gateway/request_scope.h"
#include "sts/call.h"
#include "wire/query.h"

namespace kagimori::gateway {

// The operations of STS with what they wait for: accounts from the store, keys of identity providers, signature checks
// on worker threads. Whoever calls them has the protocol, the audit record and the answer to do.

enum class StsOperation {
  kAssumeRole,
  kAssumeRoleWithWebIdentity,  // the one that nobody signs
  kGetAccessKeyInfo,
  kGetCallerIdentity,
  kGetFederationToken,
  kGetSessionToken,
};
struct StsOperationRow {
  std::string_view name;  // a literal
  StsOperation operation;
};
// Null: STS here has no such operation.
const StsOperationRow* FindStsOperation(std::string_view name);

// Fills the scope's request_parameters. REQUIRES: the scope is authenticated; not kAssumeRoleWithWebIdentity.
Task<sts::StsResult<sts::StsAnswer>> RunStsOperation(RequestScope& scope, StsOperation operation,
                                                     const wire::QueryParameters& parameters);

// AssumeRoleWithWebIdentity: the token is verified in place of a signature. From then on scope.web_identity and
// scope.region are there, and what follows is recorded; before, a refusal counts as one of an unsigned request.
Task<sts::StsResult<sts::StsAnswer>> RunWebIdentity(RequestScope& scope, const wire::QueryParameters& parameters);

}  // namespace kagimori::gateway

#endif  // KAGIMORI_GATEWAY_STS_OPERATIONS_H_
