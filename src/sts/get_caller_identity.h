#ifndef KAGIMORI_STS_GET_CALLER_IDENTITY_H_
#define KAGIMORI_STS_GET_CALLER_IDENTITY_H_

#include <string>
#include <string_view>

#include "identity/identity.h"

namespace kagimori::sts {

inline constexpr std::string_view kNamespace = "https://sts.amazonaws.com/doc/2011-06-15/";
inline constexpr std::string_view kVersion = "2011-06-15";

// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
std::string GetCallerIdentity(const identity::Principal& caller, std::string_view request_id);

}  // namespace kagimori::sts

#endif  // KAGIMORI_STS_GET_CALLER_IDENTITY_H_
