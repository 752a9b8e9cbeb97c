#ifndef KAGIMORI_STS_GET_CALLER_IDENTITY_H_
#define KAGIMORI_STS_GET_CALLER_IDENTITY_H_

#include <string>
#include <string_view>

#include "identity/identity.h"
#include "sts/call.h"

namespace kagimori::sts {

// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
// Needs no permission, and no policy can deny it.
std::string GetCallerIdentity(const identity::Principal& caller, std::string_view request_id);

}  // namespace kagimori::sts

#endif  // KAGIMORI_STS_GET_CALLER_IDENTITY_H_
