#ifndef KAGIMORI_GATEWAY_STS_PIPELINE_H_
#define KAGIMORI_GATEWAY_STS_PIPELINE_H_

#include <memory>

#include "base/task.h"
#include "gateway/core_state.h"
#include "net/http.h"

namespace kagimori::gateway {

// A request's way through AWS STS's Query protocol: form body or, presigned, the URL's query; XML out.
Task<void> ServeSts(CoreState& core, std::unique_ptr<net::Exchange> exchange);

}  // namespace kagimori::gateway

#endif  // KAGIMORI_GATEWAY_STS_PIPELINE_H_
