#include "net/shard.h"

#include <algorithm>
#include <boost/asio/error.hpp>
#include <cstdio>
#include <ctime>
#include <utility>

#include "base/log.h"

namespace kagimori::net {
namespace {

using boost::asio::ip::tcp;
using std::chrono::milliseconds;

constexpr milliseconds kAcceptBackoff{100};
constexpr milliseconds kWarningInterval{60'000};
// Connections that are looked at for one to close at the limit: those whose first request is being served are passed
// over.
constexpr int kMostPassedOver = 64;

// An eighth of the shortest timeout, at most a second.
milliseconds TickLength(const ServerLimits& limits) {
  const milliseconds shortest =
      std::min({limits.idle_timeout, limits.head_timeout, limits.body_timeout, limits.write_timeout});
  return std::clamp(shortest / 8, milliseconds(5), milliseconds(1'000));
}

// "192.0.2.1" for an IPv4 peer of an IPv6 socket too.
std::string PeerText(const boost::asio::ip::address& address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, address.to_v6()).to_string();
  }
  return address.to_string();
}

}  // namespace

Shard::Shard(Core* core, Handler* handler, const ServerLimits& limits, TlsContext* tls, const Clock* clock,
             std::shared_ptr<SharedState> shared)
    : core_(core),
      handler_(handler),
      limits_(limits),
      tls_(tls),
      clock_(clock),
      shared_(std::move(shared)),
      tick_length_(TickLength(limits)),
      acceptor_(core->io()),
      ticker_(core->io()),
      backoff_(core->io()),
      grace_(core->io()),
      workspaces_(limits.max_fields, RequestReader::WorkspaceBytes(limits.max_head_bytes)) {}

Result<uint16_t> Shard::Listen(const tcp::endpoint& endpoint) {
  using ReusePort = boost::asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;
  try {
    acceptor_.open(endpoint.protocol());
    acceptor_.set_option(tcp::acceptor::reuse_address(true));
    acceptor_.set_option(ReusePort(true));
    acceptor_.bind(endpoint);
    acceptor_.listen(boost::asio::socket_base::max_listen_connections);
    return acceptor_.local_endpoint().port();
  } catch (const boost::system::system_error& error) {
    return Fail(ErrorKind::kIo, "cannot listen on " + endpoint.address().to_string() + " port " +
                                    std::to_string(endpoint.port()) + ": " + error.code().message());
  }
}

void Shard::StartAccepting() {
  RefreshDate();
  StartTicking();
  Accept();
}

void Shard::Accept() {
  acceptor_.async_accept([self = shared_from_this()](const boost::system::error_code& ec, Socket socket) {
    self->OnAccept(ec, std::move(socket));
  });
}

void Shard::OnAccept(const boost::system::error_code& ec, Socket socket) {
  if (draining_ || ec == boost::asio::error::operation_aborted) return;
  // A client that left before it was accepted is nothing; all else (no descriptors, no memory) needs time.
  if (ec && ec != boost::asio::error::connection_aborted) return AcceptFailed(ec);
  if (!ec) Take(std::move(socket));
  Accept();
}

void Shard::AcceptFailed(const boost::system::error_code& ec) {
  shared_->accept_failures.fetch_add(1, std::memory_order_relaxed);
  WarnSeldom(&accept_warning_, "cannot accept connections", ec.message());
  backoff_.expires_after(kAcceptBackoff);
  backoff_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
    if (!error && !self->draining_) self->Accept();
  });
}

void Shard::Take(Socket socket) {
  if (shared_->open.fetch_add(1, std::memory_order_relaxed) >= limits_.max_connections) {
    shared_->refused.fetch_add(1, std::memory_order_relaxed);
    WarnSeldom(&full_warning_, "connections are refused or displaced: as many as are allowed are open",
               std::to_string(limits_.max_connections));
    if (!DisplaceNewcomer()) {
      shared_->open.fetch_sub(1, std::memory_order_relaxed);
      return;  // closed with the socket
    }
  }
  boost::system::error_code ec;
  const tcp::endpoint peer = socket.remote_endpoint(ec);
  if (!ec) socket.set_option(tcp::no_delay(true), ec);
  if (!ec) socket.native_non_blocking(true, ec);
  if (ec) {  // gone already
    shared_->open.fetch_sub(1, std::memory_order_relaxed);
    return;
  }
  shared_->accepted.fetch_add(1, std::memory_order_relaxed);
  Connection::Ptr connection(new Connection(shared_from_this(), std::move(socket), PeerText(peer.address())));
  Add(connection.get());
  connection->Start();
}

// Whoever holds connections without ever being answered must not lock out those who can sign a request.
bool Shard::DisplaceNewcomer() {
  int looks = kMostPassedOver;
  for (auto it = newcomers_.begin(); it != newcomers_.end() && looks > 0; --looks) {
    const Connection::Ptr connection(&*it++);
    if (connection->CloseUnlessServed()) return true;
  }
  return false;
}

void Shard::Add(Connection* connection) {
  intrusive_ptr_add_ref(connection);
  connections_.push_back(*connection);
  newcomers_.push_back(*connection);
}

void Shard::Remove(Connection* connection) {
  connections_.erase(ConnectionList::s_iterator_to(*connection));
  connection->newcomer_hook.unlink();
  shared_->open.fetch_sub(1, std::memory_order_relaxed);
  const auto self = shared_from_this();  // the connection may be what keeps the shard
  intrusive_ptr_release(connection);
  if (draining_ && connections_.empty()) FinishDraining();
}

Shard::Tick Shard::After(milliseconds timeout) const {
  return now_ + static_cast<Tick>((timeout + tick_length_ - milliseconds(1)) / tick_length_) + 1;
}

void Shard::StartTicking() {
  ticker_.expires_after(tick_length_);
  ticker_.async_wait([self = shared_from_this()](const boost::system::error_code& ec) {
    if (!ec) self->OnTick();
  });
}

void Shard::OnTick() {
  ++now_;
  RefreshDate();
  for (auto it = connections_.begin(); it != connections_.end();) {
    const Connection::Ptr connection(&*it++);  // OnTick may take it, and no other, out of the list
    connection->OnTick();
  }
  if (!draining_ || !connections_.empty()) StartTicking();
}

// RFC 9110 section 5.6.7.
void Shard::RefreshDate() {
  static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const int64_t second = clock_->Wall().seconds();
  if (second == date_second_) return;
  date_second_ = second;
  const std::time_t time = static_cast<std::time_t>(second);
  std::tm utc{};
  gmtime_r(&time, &utc);
  date_line_ = fmt::format("Date: {}, {:02} {} {:04} {:02}:{:02}:{:02} GMT\r\n", kDays[utc.tm_wday], utc.tm_mday,
                           kMonths[utc.tm_mon], utc.tm_year + 1900, utc.tm_hour, utc.tm_min, utc.tm_sec);
}

void Shard::WarnSeldom(Tick* next_allowed, std::string_view message, std::string detail) {
  if (*next_allowed != 0 && static_cast<int32_t>(*next_allowed - now_) > 0) return;
  *next_allowed = After(kWarningInterval);
  log::Warning(message, {{"detail", std::move(detail)}});
}

void Shard::Drain(milliseconds grace, std::function<void()> done) {
  draining_ = true;
  drained_ = std::move(done);
  boost::system::error_code ignored;
  acceptor_.close(ignored);
  backoff_.cancel();
  for (auto it = connections_.begin(); it != connections_.end();) {
    const Connection::Ptr connection(&*it++);
    connection->Drain();
  }
  if (connections_.empty()) return FinishDraining();
  grace_.expires_after(grace);
  grace_.async_wait([self = shared_from_this()](const boost::system::error_code& ec) {
    if (!ec) self->CloseAll();
  });
}

void Shard::CloseAll() {
  while (!connections_.empty()) {
    const Connection::Ptr connection(&connections_.front());
    connection->Close();
  }
  FinishDraining();
}

void Shard::FinishDraining() {
  ticker_.cancel();
  grace_.cancel();
  if (auto done = std::exchange(drained_, nullptr)) done();
}

}  // namespace kagimori::net
