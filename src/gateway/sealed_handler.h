#ifndef KAGIMORI_GATEWAY_SEALED_HANDLER_H_
#define KAGIMORI_GATEWAY_SEALED_HANDLER_H_

#include <atomic>
#include <cstdint>
#include <memory>

#include "net/server.h"

namespace kagimori::gateway {

// The API of a server whose root key is not in memory: every request is answered 503 ServiceUnavailable, in the shape
// of the service that it is for, which the AWS SDKs take for a passing fault and try again. Nothing of a request but
// its route is looked at: no credential, no key, no body.
class SealedHandler : public net::Handler {
 public:
  size_t BodyLimit(const net::RequestHead& head) override;
  void Serve(net::Core& core, std::unique_ptr<net::Exchange> exchange) override;

  uint64_t refused() const { return refused_.load(std::memory_order_relaxed); }  // thread-safe

 private:
  std::atomic<uint64_t> refused_ = 0;
};

}  // namespace kagimori::gateway

#endif  // KAGIMORI_GATEWAY_SEALED_HANDLER_H_
