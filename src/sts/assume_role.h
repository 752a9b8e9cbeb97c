#ifndef KAGIMORI_STS_ASSUME_ROLE_H_
#define KAGIMORI_STS_ASSUME_ROLE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "identity/account_snapshot.h"
#include "sts/call.h"
#include "sts/parameters.h"
#include "sts/trust.h"
#include "wire/query.h"

namespace kagimori::sts {

// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
struct AssumeRoleRequest {
  std::string role_arn;
  RoleArn role;
  std::string session_name;
  std::optional<int64_t> duration_seconds;
  std::string external_id;      // empty: none
  std::string source_identity;  // empty: none
  SessionLimits limits;
  bool second_factor = false;  // SerialNumber or TokenCode
};
StsResult<AssumeRoleRequest> ParseAssumeRole(const wire::QueryParameters& parameters);
std::string AuditAssumeRole(const AssumeRoleRequest& request);

// `owner`: the account of request.role, as it is now. REQUIRES: call.caller is not null.
StsResult<StsAnswer> AssumeRole(const StsCall& call, const AssumeRoleRequest& request,
                                const identity::AccountSnapshot& owner);

}  // namespace kagimori::sts

#endif  // KAGIMORI_STS_ASSUME_ROLE_H_
