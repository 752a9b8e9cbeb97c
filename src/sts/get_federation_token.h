#ifndef KAGIMORI_STS_GET_FEDERATION_TOKEN_H_
#define KAGIMORI_STS_GET_FEDERATION_TOKEN_H_

#include <cstdint>
#include <optional>
#include <string>

#include "sts/call.h"
#include "sts/parameters.h"
#include "wire/query.h"

namespace kagimori::sts {

// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html
struct GetFederationTokenRequest {
  std::string name;
  std::optional<int64_t> duration_seconds;
  SessionLimits limits;
};
StsResult<GetFederationTokenRequest> ParseGetFederationToken(const wire::QueryParameters& parameters);
std::string AuditGetFederationToken(const GetFederationTokenRequest& request);

// REQUIRES: call.caller is not null.
StsResult<StsAnswer> GetFederationToken(const StsCall& call, const GetFederationTokenRequest& request);

}  // namespace kagimori::sts

#endif  // KAGIMORI_STS_GET_FEDERATION_TOKEN_H_
