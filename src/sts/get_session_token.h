#ifndef KAGIMORI_STS_GET_SESSION_TOKEN_H_
#define KAGIMORI_STS_GET_SESSION_TOKEN_H_

#include <cstdint>
#include <optional>
#include <string>

#include "sts/call.h"
#include "wire/query.h"

namespace kagimori::sts {

// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html
struct GetSessionTokenRequest {
  std::optional<int64_t> duration_seconds;
  bool second_factor = false;  // SerialNumber or TokenCode
};
StsResult<GetSessionTokenRequest> ParseGetSessionToken(const wire::QueryParameters& parameters);
std::string AuditGetSessionToken(const GetSessionTokenRequest& request);

// Needs no permission. REQUIRES: call.caller is not null.
StsResult<StsAnswer> GetSessionToken(const StsCall& call, const GetSessionTokenRequest& request);

}  // namespace kagimori::sts

#endif  // KAGIMORI_STS_GET_SESSION_TOKEN_H_
