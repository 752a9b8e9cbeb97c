#include "app/sealed_front.h"

#include <future>
#include <utility>
#include <vector>

#include "app/url.h"

namespace kagimori::app {
namespace {

constexpr std::chrono::seconds kGrace{1};

void StopServer(net::Server* server, std::chrono::milliseconds grace) {
  auto stopped = std::make_shared<std::promise<void>>();
  server->Shutdown(grace, [stopped] { stopped->set_value(); });
  stopped->get_future().wait();
}

}  // namespace

Result<std::unique_ptr<SealedFront>> SealedFront::Start(const NodeOptions& options) {
  std::unique_ptr<SealedFront> front(new SealedFront(options));
  KAGIMORI_RETURN_IF_ERROR(front->Listen());
  return front;
}

Result<> SealedFront::Listen() {
  if (options_.tls) {
    KAGIMORI_ASSIGN_OR_RETURN(tls_, net::TlsContext::Load(*options_.tls));
  }
  // One thread: it answers from the head of a request alone.
  core_ = std::make_unique<net::Core>(0);
  server_ = std::make_unique<net::Server>(std::vector{core_.get()}, &handler_, options_.limits, tls_.get(), &clock_);
  KAGIMORI_ASSIGN_OR_RETURN(std::string address, server_->Listen(options_.host, options_.port, options_.port_use));
  if (options_.metrics_port) {
    operator_core_ = std::make_unique<net::Core>(0);
    pages_ = std::make_unique<gateway::OperatorPages>(
        std::vector<gateway::CoreState*>(),
        [this] {
          gateway::NodeFigures figures;
          figures.server = server_->counters();
          figures.sealed = true;
          figures.refused_sealed = handler_.refused();
          figures.certificate_expiry = certificate_expiry();
          return figures;
        },
        std::vector<gateway::OperatorPages::NotReady>{[] { return std::string("sealed"); }});
    operator_server_ = std::make_unique<net::Server>(std::vector{operator_core_.get()}, pages_.get(),
                                                     net::ServerLimits{.max_connections = 256}, nullptr, &clock_);
    KAGIMORI_ASSIGN_OR_RETURN(
        address, operator_server_->Listen(options_.metrics_host, *options_.metrics_port, options_.port_use));
  }
  core_->Start();
  if (operator_core_ != nullptr) operator_core_->Start();
  serving_ = true;
  return {};
}

SealedFront::~SealedFront() {
  if (serving_) {
    StopServer(server_.get(), kGrace);
    if (operator_server_ != nullptr) StopServer(operator_server_.get(), std::chrono::milliseconds(0));
  }
  if (core_ != nullptr) core_->Finish();
  if (operator_core_ != nullptr) operator_core_->Finish();
}

std::optional<uint16_t> SealedFront::metrics_port() const {
  if (operator_server_ == nullptr) return std::nullopt;
  return operator_server_->port();
}

std::string SealedFront::url() const { return Url(options_.tls ? "https" : "http", options_.host, server_->port()); }

std::optional<Timestamp> SealedFront::certificate_expiry() const {
  if (tls_ == nullptr) return std::nullopt;
  return tls_->certificate_expiry();
}

}  // namespace kagimori::app
