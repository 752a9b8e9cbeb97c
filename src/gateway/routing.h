#ifndef KAGIMORI_GATEWAY_ROUTING_H_
#define KAGIMORI_GATEWAY_ROUTING_H_

#include <string_view>

#include "net/http.h"

namespace kagimori::gateway {

// What a request's head decides before anything is verified.

enum class Route { kKms, kSts, kIam, kSsm, kNone };

// A target makes it JSON 1.1, of SSM or of KMS by its prefix. Without one, a form or a URL's query is the Query
// protocol, whose service stands in the credential scope alone: IAM where it says so, otherwise STS. A JSON body
// without a target is KMS's to refuse.
Route RouteOf(const net::RequestHead& head);

// Of a Host header: "localhost:4599", "127.0.0.1", "[::1]:80", "kms.localhost", in any letter case.
bool IsLoopbackHost(std::string_view host);
// Of an Origin header: a scheme and such a host.
bool IsLoopbackOrigin(std::string_view origin);

}  // namespace kagimori::gateway

#endif  // KAGIMORI_GATEWAY_ROUTING_H_
