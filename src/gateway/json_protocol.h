#ifndef KAGIMORI_GATEWAY_JSON_PROTOCOL_H_
#define KAGIMORI_GATEWAY_JSON_PROTOCOL_H_

#include <string_view>

#include "gateway/authenticate.h"
#include "shapes/api_error.h"

namespace kagimori::gateway {

// What the services of AWS's JSON protocol, KMS and SSM, have in common.

inline constexpr std::string_view kJsonType = "application/x-amz-json-1.1";

// Why a request counts as unsigned. An error whose code the model lacks for the operation it ends in never gets here
// (shapes::OpError); this is for what happens before there is an operation.
shapes::ApiError ToApiError(const Unauthenticated& why);

}  // namespace kagimori::gateway

#endif  // KAGIMORI_GATEWAY_JSON_PROTOCOL_H_
