#ifndef KAGIMORI_GATEWAY_SSM_PIPELINE_H_
#define KAGIMORI_GATEWAY_SSM_PIPELINE_H_

#include <memory>

#include "base/task.h"
#include "gateway/core_state.h"
#include "net/http.h"

namespace kagimori::gateway {

// A request's way through Systems Manager's JSON protocol, from the routed exchange to its answer: the steps of
// pipeline.cc, with parameters in the place of keys.
Task<void> ServeSsm(CoreState& core, std::unique_ptr<net::Exchange> exchange);

}  // namespace kagimori::gateway

#endif  // KAGIMORI_GATEWAY_SSM_PIPELINE_H_
