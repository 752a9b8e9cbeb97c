#ifndef KAGIMORI_GATEWAY_PIPELINE_H_
#define KAGIMORI_GATEWAY_PIPELINE_H_

#include <memory>

#include "base/task.h"
#include "gateway/core_state.h"
#include "net/http.h"

namespace kagimori::gateway {

// A request's way through AWS KMS's JSON protocol, from the routed exchange to its answer. The order of the steps is in
// pipeline.cc, and nowhere else.
Task<void> ServeKms(CoreState& core, std::unique_ptr<net::Exchange> exchange);

}  // namespace kagimori::gateway

#endif  // KAGIMORI_GATEWAY_PIPELINE_H_
