#ifndef KAGIMORI_GATEWAY_FRONT_H_
#define KAGIMORI_GATEWAY_FRONT_H_

#include <memory>
#include <vector>

#include "gateway/core_state.h"
#include "net/server.h"

namespace kagimori::gateway {

struct FrontOptions {
  // Development: a browser must not be talked into using this server. Only loopback Host names are answered, and no
  // request with an Origin that is not loopback.
  bool loopback_names_only = false;
};

// The most bytes that a request's body may have, by its operation.
size_t ApiBodyLimit(const net::RequestHead& head);

// Where a request comes in: decides which service it is for, and hands it to that service's pipeline.
class Front : public net::Handler {
 public:
  // `cores`: by index of the core.
  Front(std::vector<CoreState*> cores, FrontOptions options) : cores_(std::move(cores)), options_(options) {}

  size_t BodyLimit(const net::RequestHead& head) override;
  void Serve(net::Core& core, std::unique_ptr<net::Exchange> exchange) override;

 private:
  std::vector<CoreState*> cores_;
  FrontOptions options_;
};

}  // namespace kagimori::gateway

#endif  // KAGIMORI_GATEWAY_FRONT_H_
