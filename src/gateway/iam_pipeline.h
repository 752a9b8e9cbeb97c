#ifndef KAGIMORI_GATEWAY_IAM_PIPELINE_H_
#define KAGIMORI_GATEWAY_IAM_PIPELINE_H_

#include <memory>

#include "base/task.h"
#include "gateway/core_state.h"
#include "net/http.h"

namespace kagimori::gateway {

// A request's way through AWS IAM's Query protocol, from the routed exchange to its answer: the steps of pipeline.cc,
// with an account's principals in the place of keys.
Task<void> ServeIam(CoreState& core, std::unique_ptr<net::Exchange> exchange);

}  // namespace kagimori::gateway

#endif  // KAGIMORI_GATEWAY_IAM_PIPELINE_H_
