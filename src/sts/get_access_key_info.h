#ifndef KAGIMORI_STS_GET_ACCESS_KEY_INFO_H_
#define KAGIMORI_STS_GET_ACCESS_KEY_INFO_H_

#include <optional>
#include <string>

#include "base/ids.h"
#include "sts/call.h"
#include "wire/query.h"

namespace kagimori::sts {

// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetAccessKeyInfo.html
struct GetAccessKeyInfoRequest {
  std::string access_key_id;
  std::optional<AccountId> account;  // where the id itself says it: of temporary credentials
};
StsResult<GetAccessKeyInfoRequest> ParseGetAccessKeyInfo(const wire::QueryParameters& parameters);
std::string AuditGetAccessKeyInfo(const GetAccessKeyInfoRequest& request);

// `account`: request.account, or that of the access key's record; nothing when there is none.
// REQUIRES: call.caller is not null.
StsResult<StsAnswer> GetAccessKeyInfo(const StsCall& call, const GetAccessKeyInfoRequest& request,
                                      std::optional<AccountId> account);

}  // namespace kagimori::sts

#endif  // KAGIMORI_STS_GET_ACCESS_KEY_INFO_H_
