#ifndef KAGIMORI_APP_SEALED_FRONT_H_
#define KAGIMORI_APP_SEALED_FRONT_H_

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "app/node.h"
#include "base/clock.h"
#include "base/result.h"
#include "gateway/metrics.h"
#include "gateway/sealed_handler.h"
#include "net/core.h"
#include "net/server.h"
#include "net/tls.h"

namespace kagimori::app {

// What listens at a sealed server's addresses in place of a node: the API refuses (gateway/sealed_handler.h), /healthz
// says ok, /readyz "sealed". It has no secret but the TLS key.
class SealedFront {
 public:
  // Of the options it uses the addresses, the limits and the TLS files.
  static Result<std::unique_ptr<SealedFront>> Start(const NodeOptions& options);
  ~SealedFront();  // lets connections end what they are at, for a second at most

  uint16_t port() const { return server_->port(); }
  std::optional<uint16_t> metrics_port() const;
  std::string url() const;
  uint64_t connections() const { return server_->counters().connections_open; }
  std::optional<Timestamp> certificate_expiry() const;
  Result<> ReloadTls() { return tls_ != nullptr ? tls_->Reload() : Result<>(); }

 private:
  explicit SealedFront(const NodeOptions& options) : options_(options) {}
  Result<> Listen();

  const NodeOptions options_;
  const SystemClock clock_;
  std::unique_ptr<net::TlsContext> tls_;
  gateway::SealedHandler handler_;
  std::unique_ptr<gateway::OperatorPages> pages_;
  std::unique_ptr<net::Core> core_;
  std::unique_ptr<net::Core> operator_core_;
  std::unique_ptr<net::Server> server_;
  std::unique_ptr<net::Server> operator_server_;
  bool serving_ = false;
};

}  // namespace kagimori::app

#endif  // KAGIMORI_APP_SEALED_FRONT_H_
