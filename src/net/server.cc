#include "net/server.h"

#include <sys/socket.h>

#include <boost/asio/ip/tcp.hpp>
#include <utility>

#include "net/shard.h"

namespace kagimori::net {
namespace {

using boost::asio::ip::tcp;

// SO_REUSEPORT would let a second server of the same user share the port, each getting some of the connections. A bind
// without it tells whether somebody listens already.
Result<> CheckFree(const tcp::endpoint& endpoint) {
  boost::asio::io_context io;
  tcp::acceptor probe(io);
  boost::system::error_code ec;
  probe.open(endpoint.protocol(), ec);
  if (!ec) probe.set_option(tcp::acceptor::reuse_address(true), ec);
  if (!ec) probe.bind(endpoint, ec);
  if (!ec) return {};
  return Fail(ErrorKind::kIo, "cannot listen on " + endpoint.address().to_string() + " port " +
                                  std::to_string(endpoint.port()) + ": " + ec.message());
}

const Clock* DefaultClock() {
  static const SystemClock clock;
  return &clock;
}

}  // namespace

class Server::Impl {
 public:
  std::vector<Core*> cores;
  std::shared_ptr<SharedState> shared;
  std::vector<std::shared_ptr<Shard>> shards;  // one per core
  uint16_t port = 0;
};

Server::Server(std::vector<Core*> cores, Handler* handler, ServerLimits limits, TlsContext* tls, const Clock* clock)
    : impl_(std::make_unique<Impl>()) {
  impl_->cores = std::move(cores);
  impl_->shared = std::make_shared<SharedState>(limits);
  for (Core* core : impl_->cores) {
    impl_->shards.push_back(
        std::make_shared<Shard>(core, handler, limits, tls, clock ? clock : DefaultClock(), impl_->shared));
  }
}

Server::~Server() = default;

Result<std::string> Server::Listen(const std::string& host, uint16_t port, PortUse use) {
  boost::system::error_code ec;
  const auto address = boost::asio::ip::make_address(host, ec);
  if (ec) return Fail(ErrorKind::kInvalid, "not an IP address to listen on: " + host);
  if (port != 0 && use == PortUse::kAlone) KAGIMORI_RETURN_IF_ERROR(CheckFree({address, port}));
  for (auto& shard : impl_->shards) {
    // With port 0 the first one's choice is everybody's.
    KAGIMORI_ASSIGN_OR_RETURN(port, shard->Listen({address, port}));
  }
  for (auto& shard : impl_->shards) shard->StartAccepting();
  impl_->port = port;
  return (address.is_v6() ? "[" + address.to_string() + "]" : address.to_string()) + ":" + std::to_string(port);
}

uint16_t Server::port() const { return impl_->port; }

void Server::Shutdown(std::chrono::milliseconds grace, std::function<void()> done) {
  auto left = std::make_shared<std::atomic<size_t>>(impl_->shards.size());
  auto all_done = std::make_shared<std::function<void()>>(std::move(done));
  for (size_t i = 0; i < impl_->shards.size(); ++i) {
    impl_->cores[i]->Post([shard = impl_->shards[i], grace, left, all_done] {
      shard->Drain(grace, [left, all_done] {
        if (left->fetch_sub(1) == 1 && *all_done) (*all_done)();
      });
    });
  }
}

ServerCounters Server::counters() const {
  const SharedState& shared = *impl_->shared;
  return {.connections_open = shared.open.load(),
          .connections_accepted = shared.accepted.load(),
          .connections_refused = shared.refused.load(),
          .protocol_errors = shared.protocol_errors.load(),
          .timeouts = shared.timeouts.load(),
          .accept_failures = shared.accept_failures.load(),
          .handshake_failures = shared.handshake_failures.load()};
}

}  // namespace kagimori::net
