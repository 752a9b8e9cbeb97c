#ifndef KAGIMORI_NET_SHARD_H_
#define KAGIMORI_NET_SHARD_H_

#include <array>
#include <atomic>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "net/connection.h"
#include "net/request_reader.h"
#include "net/server.h"
#include "net/workspace.h"

namespace kagimori::net {

// What the cores of one server share. Thread-safe.
struct SharedState {
  explicit SharedState(const ServerLimits& limits) : unread(limits.max_unread_bytes) {}

  UnreadBudget unread;
  std::atomic<uint64_t> open = 0;
  std::atomic<uint64_t> accepted = 0;
  std::atomic<uint64_t> refused = 0;
  std::atomic<uint64_t> protocol_errors = 0;
  std::atomic<uint64_t> timeouts = 0;
  std::atomic<uint64_t> accept_failures = 0;
  std::atomic<uint64_t> handshake_failures = 0;
};

// A server's part on one core: its acceptor, its connections, and what they use in common. Everything but the
// constructor, Listen and StartAccepting (before the core starts) runs on the core's thread. Its connections keep it
// alive.
//
// Time here is counted in ticks of one coarse timer per core, which also finds the connections whose time is up; so a
// request costs no timer, and a core that was held up does not punish its clients.
class Shard : public std::enable_shared_from_this<Shard> {
 public:
  using Executor = boost::asio::io_context::executor_type;
  using Acceptor = boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, Executor>;
  using Tick = uint32_t;

  Shard(Core* core, Handler* handler, const ServerLimits& limits, TlsContext* tls, const Clock* clock,
        std::shared_ptr<SharedState> shared);

  // Binds with SO_REUSEPORT and gives the port bound.
  Result<uint16_t> Listen(const boost::asio::ip::tcp::endpoint& endpoint);
  void StartAccepting();

  // As Server::Shutdown; `done` is called once, on the core's thread.
  void Drain(std::chrono::milliseconds grace, std::function<void()> done);
  bool draining() const { return draining_; }

  // For connections.
  Core& core() { return *core_; }
  Handler& handler() { return *handler_; }
  TlsContext* tls() { return tls_; }
  SharedState& shared() { return *shared_; }
  const ServerLimits& limits() const { return limits_; }
  WorkspacePool& workspaces() { return workspaces_; }
  // Empty between responses; whoever fills it wipes it.
  secret::WipingBuffer& scratch() { return scratch_; }
  // "Date: Mon, 06 Jan 2025 09:00:00 GMT\r\n"
  std::string_view date_line() const { return date_line_; }
  Tick now() const { return now_; }
  // The tick at which `timeout` from now is surely over.
  Tick After(std::chrono::milliseconds timeout) const;
  void Add(Connection* connection);
  void Remove(Connection* connection);

 private:
  using Timer = boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                                  boost::asio::wait_traits<std::chrono::steady_clock>, Executor>;
  using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, Executor>;

  void Accept();
  void OnAccept(const boost::system::error_code& ec, Socket socket);
  void AcceptFailed(const boost::system::error_code& ec);
  void Take(Socket socket);
  // At the limit of connections: closes the oldest of this core that never had a request answered with success. False:
  // there is none to close.
  bool DisplaceNewcomer();
  void StartTicking();
  void OnTick();
  void RefreshDate();
  void CloseAll();
  void FinishDraining();
  // At most one such warning a minute.
  void WarnSeldom(Tick* next_allowed, std::string_view message, std::string detail);

  Core* core_;
  Handler* handler_;
  const ServerLimits limits_;
  TlsContext* tls_;
  const Clock* clock_;
  std::shared_ptr<SharedState> shared_;

  const std::chrono::milliseconds tick_length_;
  Tick now_ = 0;
  Tick accept_warning_ = 0;
  Tick full_warning_ = 0;

  Acceptor acceptor_;
  Timer ticker_;
  Timer backoff_;
  Timer grace_;
  bool draining_ = false;
  std::function<void()> drained_;

  WorkspacePool workspaces_;
  secret::WipingBuffer scratch_;
  ConnectionList connections_;
  NewcomerList newcomers_;
  int64_t date_second_ = -1;
  std::string date_line_;
};

}  // namespace kagimori::net

#endif  // KAGIMORI_NET_SHARD_H_
