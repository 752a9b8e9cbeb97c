#ifndef KAGIMORI_GATEWAY_METRICS_H_
#define KAGIMORI_GATEWAY_METRICS_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "audit/log.h"
#include "gateway/core_state.h"
#include "gateway/request_stats.h"
#include "net/server.h"
#include "store/store.h"

namespace kagimori::gateway {

// What is measured outside the request counters, read when somebody asks.
struct NodeFigures {
  net::ServerCounters server;
  store::StoreStats store;
  size_t cached_keys = 0;
  uint64_t key_loads = 0;
  uint64_t audit_sequence = 0;
  uint64_t audit_synced_sequence = 0;
  uint64_t audit_free_bytes = 0;
  bool audit_failed = false;
  uint64_t store_free_bytes = 0;
  DiskGuard::Stop stopped = DiskGuard::Stop::kNothing;
  struct AnchorPlace {
    std::string place;  // "file", "url"
    uint64_t sequence = 0;
    uint64_t failures = 0;
    bool failing = false;
  };
  std::vector<AnchorPlace> anchors;
  bool sealed = false;          // then what the store, the audit log and the requests give is not there
  uint64_t refused_sealed = 0;  // requests that were answered so
  std::optional<Timestamp> certificate_expiry;
};

// Prometheus' text format 0.0.4.
std::string RenderMetrics(const RequestStats& requests, const NodeFigures& figures);

// The listener of its own for operators: /healthz (the process answers), /readyz (requests can be served; 503 with the
// reasons when not), /metrics. Unauthenticated, and so meant for an address that only operators reach. Nothing here is
// secret, no name of a key or caller appears.
class OperatorPages : public net::Handler {
 public:
  using Figures = std::function<NodeFigures()>;
  // Empty: nothing is wrong there; else why requests cannot be served, one line.
  using NotReady = std::function<std::string()>;
  // REQUIRES: the cores outlive this and run on other threads than the listener's own.
  OperatorPages(std::vector<CoreState*> cores, Figures figures, std::vector<NotReady> not_ready);

  size_t BodyLimit(const net::RequestHead&) override { return 0; }
  void Serve(net::Core& core, std::unique_ptr<net::Exchange> exchange) override;

 private:
  RequestStats Collect() const;

  std::vector<CoreState*> cores_;
  Figures figures_;
  std::vector<NotReady> not_ready_;
};

}  // namespace kagimori::gateway

#endif  // KAGIMORI_GATEWAY_METRICS_H_
