#include "net/connection.h"

#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <charconv>
#include <new>
#include <utility>

#include "net/shard.h"

namespace kagimori::net {
namespace {

// So many pipelined requests are served before other connections have their turn.
constexpr int kRequestsPerTurn = 32;
// A connection quiet for so many ticks gives its workspace back.
constexpr uint32_t kParkAfterTicks = 2;
// A response buffer larger than this is not kept.
constexpr size_t kMaxSpareScratch = 256 * 1024;
// What is read and dropped, and for how long, after the last response: closing a socket with unread bytes resets the
// connection, and the client may lose the answer (RFC 9112 section 9.6).
constexpr size_t kMaxLingerBytes = 1024 * 1024;
constexpr std::chrono::milliseconds kLingerTime{2'000};

void Count(std::atomic<uint64_t>& counter) { counter.fetch_add(1, std::memory_order_relaxed); }

IoResult FromErrno(IoStatus would_block) {
  return {errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? would_block : IoStatus::kClosed, 0};
}

void AppendNumber(size_t number, secret::WipingBuffer* out) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  out->Append(std::string_view(digits, static_cast<size_t>(end - digits)));
}

}  // namespace

// Lives in its connection's memory, so a request allocates none.
class Connection::ConnectionExchange final : public Exchange {
 public:
  explicit ConnectionExchange(Connection* connection) : connection_(connection) {}
  ~ConnectionExchange() override { connection_->ExchangeGone(answered_); }

  static void* operator new(size_t, void* memory) { return memory; }
  static void operator delete(void*) {}
  static void operator delete(void*, void*) {}

  const RequestHead& head() const override { return connection_->reader_.head(); }
  std::span<const char> body() const override { return connection_->reader_.body(); }

  void Respond(int status, std::string_view fields, std::string body) override {
    if (!std::exchange(answered_, true)) connection_->Respond(status, fields, std::move(body));
  }

 private:
  Connection* connection_;
  bool answered_ = false;
};

Connection::Connection(std::shared_ptr<Shard> shard, Socket socket, std::string_view peer)
    : shard_(std::move(shard)),
      socket_(std::move(socket)),
      reader_(shard_->limits().max_head_bytes, &shard_->shared().unread) {
  static_assert(sizeof(ConnectionExchange) <= sizeof exchange_memory_);
  peer_length_ = static_cast<uint8_t>(peer.copy(peer_.data(), peer_.size()));
}

Connection::~Connection() = default;

void Connection::Start() {
  if (shard_->tls()) {
    tls_ = TlsSession::Accept(*shard_->tls(), socket_.native_handle());
    if (!tls_) return Close();
  }
  reader_.SetPeer({peer_.data(), peer_length_}, tls_ ? &tls_->info() : nullptr);
  if (!tls_) return AwaitBytes();
  state_ = State::kHandshake;
  SetTimer(Timer::kHandshake);
  Handshake();
}

void Connection::Handshake() {
  const IoResult result = tls_->Handshake();
  if (result.status == IoStatus::kWantRead || result.status == IoStatus::kWantWrite) {
    return Wait(result.status, &Connection::Handshake);
  }
  if (result.status == IoStatus::kClosed) {
    Count(shard_->shared().handshake_failures);
    return Close();
  }
  state_ = State::kReading;
  SetTimer(Timer::kNone);
  if (!tls_->HasPending()) return AwaitBytes();
  OnReadable();
}

void Connection::Wait(IoStatus direction, void (Connection::*then)()) {
  socket_.async_wait(direction == IoStatus::kWantWrite ? Socket::wait_write : Socket::wait_read,
                     [self = Ptr(this), then](const boost::system::error_code& ec) {
                       if (self->state_ == State::kClosed) return;
                       if (ec) return self->Close();
                       (self.get()->*then)();
                     });
}

void Connection::AwaitBytes() {
  SetReadTimer();
  if (tls_ && reader_.empty()) shard_->workspaces().Give(reader_.Detach());
  // A plain connection with a workspace lets asio read on the event itself: one system call less than waiting for
  // readiness.
  if (tls_ || !reader_.attached()) return Wait(IoStatus::kWantRead, &Connection::OnReadable);
  const std::span<char> room = reader_.Room();
  socket_.async_read_some(
      boost::asio::buffer(room.data(), room.size()),
      [self = Ptr(this)](const boost::system::error_code& ec, size_t bytes) { self->OnRead(ec, bytes); });
}

void Connection::OnRead(const boost::system::error_code& ec, size_t bytes) {
  if (state_ == State::kClosed) return;
  const bool parking = std::exchange(parking_, false);
  if (ec == boost::asio::error::operation_aborted && parking) {
    shard_->workspaces().Give(reader_.Detach());
    return AwaitBytes();
  }
  if (ec) return Close();
  reader_.Commit(bytes);
  Drive();
}

void Connection::OnReadable() {
  if (ReadOnce()) Drive();
}

bool Connection::ReadOnce() {
  if (!reader_.attached()) {
    try {
      reader_.Attach(shard_->workspaces().Take());
    } catch (const std::bad_alloc&) {
      Count(shard_->shared().refused);
      Close();
      return false;
    }
  }
  const IoResult result = Receive(reader_.Room());
  switch (result.status) {
    case IoStatus::kOk:
      reader_.Commit(result.bytes);
      return true;
    case IoStatus::kWantRead:
      AwaitBytes();
      return false;
    case IoStatus::kWantWrite:
      SetReadTimer();
      Wait(IoStatus::kWantWrite, &Connection::OnReadable);
      return false;
    case IoStatus::kClosed:
      break;
  }
  Close();
  return false;
}

void Connection::Drive() {
  while (Process()) {
    if (!tls_ || !tls_->HasPending()) return AwaitBytes();
    if (!ReadOnce()) return;
  }
}

bool Connection::Process() {
  for (int served = 0;;) {
    switch (reader_.Advance()) {
      case RequestReader::Step::kHead:
        if (reader_.has_body()) reader_.AllowBody(shard_->handler().BodyLimit(reader_.head()));
        break;
      case RequestReader::Step::kNeedMore:
        if (reader_.wants_continue() && !continue_sent_) SendContinue();
        return state_ == State::kReading;
      case RequestReader::Step::kRefused:
        Refuse(reader_.refusal());
        return false;
      case RequestReader::Step::kComplete:
        if (!Serve()) return false;
        if (++served < kRequestsPerTurn || reader_.empty()) break;
        Resume();
        return false;
    }
  }
}

bool Connection::Serve() {
  state_ = State::kHandling;
  SetTimer(Timer::kNone);
  exchange_alive_ = true;
  exchange_keeps_ = this;
  in_serve_ = true;
  shard_->handler().Serve(shard_->core(),
                          std::unique_ptr<Exchange>(new (exchange_memory_.data()) ConnectionExchange(this)));
  in_serve_ = false;
  return !exchange_alive_ && EndExchange();
}

void Connection::ExchangeGone(bool answered) {
  exchange_alive_ = false;
  Ptr self = std::move(exchange_keeps_);
  if (!answered) Close();
  // Inside Serve its caller goes on; elsewhere the handler must not be called from within the handler, so the next
  // request is for a later turn.
  if (!in_serve_ && EndExchange()) Continue();
  // The exchange that is being destroyed lies in this object: the last reference must outlive its destructor.
  if (use_count() == 1) boost::asio::post(socket_.get_executor(), [self = std::move(self)] {});
}

bool Connection::EndExchange() {
  if (state_ != State::kHandling) return false;  // closed, or still writing
  if (close_after_) {
    StartLinger();
    return false;
  }
  reader_.Finish();
  continue_sent_ = false;
  state_ = State::kReading;
  return true;
}

void Connection::Continue() {
  if (!reader_.empty() || (tls_ && tls_->HasPending())) return Resume();
  AwaitBytes();
}

void Connection::Resume() {
  boost::asio::post(socket_.get_executor(), [self = Ptr(this)] {
    if (self->state_ == State::kReading) self->Drive();
  });
}

void Connection::AppendHead(int status, std::string_view fields, size_t body_size) {
  secret::WipingBuffer& out = shard_->scratch();
  out.Append(std::string_view("HTTP/1.1 "));
  AppendNumber(static_cast<size_t>(status), &out);
  out.PushBack(' ');
  out.Append(ReasonPhrase(status));
  out.Append(std::string_view("\r\n"));
  out.Append(shard_->date_line());
  out.Append(fields);
  if (status != 204 && status != 304) {
    out.Append(std::string_view("Content-Length: "));  // clients compare it with its case
    AppendNumber(body_size, &out);
    out.Append(std::string_view("\r\n"));
  }
  if (close_after_) out.Append(std::string_view("Connection: close\r\n"));
  out.Append(std::string_view("\r\n"));
}

void Connection::Respond(int status, std::string_view fields, std::string body) {
  if (state_ == State::kHandling) {
    close_after_ = !reader_.persistent() || shard_->draining();
    if (status < 300) newcomer_hook.unlink();
    SendResponse(status, fields, body, reader_.head().method != "HEAD");
  }
  secret::WipeString(&body);
}

void Connection::Refuse(int status) {
  Count(shard_->shared().protocol_errors);
  close_after_ = true;
  state_ = State::kHandling;
  SendResponse(status, "Content-Type: text/plain\r\n", std::string(ReasonPhrase(status)) + "\n", true);
  EndExchange();
}

void Connection::SendResponse(int status, std::string_view fields, std::string_view body, bool with_body) {
  try {
    AppendHead(status, fields, body.size());
    if (with_body && status != 204 && status != 304) shard_->scratch().Append(body);
    SendScratch();
  } catch (const std::bad_alloc&) {  // all bodies together are too large
    shard_->scratch().Clear();
    Close();
  }
}

void Connection::SendContinue() {
  static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
  continue_sent_ = true;
  // A socket that does not take these bytes has a client that does not read.
  if (Send(kContinue).bytes != kContinue.size()) Close();
}

void Connection::SendScratch() {
  secret::WipingBuffer& scratch = shard_->scratch();
  std::span<const char> rest(scratch.data(), scratch.size());
  IoResult result;
  while (!rest.empty() && (result = Send(rest)).status == IoStatus::kOk) rest = rest.subspan(result.bytes);
  if (rest.empty()) {
    // Sent at once, as nearly always.
  } else if (result.status == IoStatus::kClosed) {
    Close();
  } else {
    pending_.Append(std::string_view(rest.data(), rest.size()));
    pending_sent_ = 0;
    state_ = State::kWriting;
    SetTimer(Timer::kWrite);
    Wait(result.status, &Connection::SendPending);
  }
  if (scratch.capacity() > kMaxSpareScratch) {
    scratch.Clear();
  } else {
    scratch.Resize(0);
  }
}

void Connection::SendPending() {
  while (pending_sent_ < pending_.size()) {
    const IoResult result = Send(std::span<const char>(pending_.data(), pending_.size()).subspan(pending_sent_));
    if (result.status == IoStatus::kClosed) return Close();
    if (result.status != IoStatus::kOk) return Wait(result.status, &Connection::SendPending);
    pending_sent_ += result.bytes;
  }
  pending_.Clear();
  SetTimer(Timer::kNone);
  state_ = State::kHandling;
  if (!exchange_alive_ && EndExchange()) Continue();
}

IoResult Connection::Receive(std::span<char> to) {
  if (tls_) return tls_->Read(to);
  const ssize_t n = ::recv(socket_.native_handle(), to.data(), to.size(), MSG_DONTWAIT);
  if (n < 0) return FromErrno(IoStatus::kWantRead);
  return {n == 0 ? IoStatus::kClosed : IoStatus::kOk, static_cast<size_t>(n)};
}

IoResult Connection::Send(std::span<const char> from) {
  if (tls_) return tls_->Write(from);
  const ssize_t n = ::send(socket_.native_handle(), from.data(), from.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (n < 0) return FromErrno(IoStatus::kWantWrite);
  return {IoStatus::kOk, static_cast<size_t>(n)};
}

void Connection::StartLinger() {
  state_ = State::kLingering;
  SetTimer(Timer::kLinger);
  shard_->workspaces().Give(reader_.Detach());
  if (tls_) tls_->Close();
  boost::system::error_code ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);
  Linger();
}

void Connection::Linger() {
  char dropped[4096];
  while (lingered_ <= kMaxLingerBytes) {
    const ssize_t n = ::recv(socket_.native_handle(), dropped, sizeof dropped, MSG_DONTWAIT);
    if (n < 0 && FromErrno(IoStatus::kWantRead).status == IoStatus::kWantRead) {
      secret::Wipe(std::span<char>(dropped));
      return Wait(IoStatus::kWantRead, &Connection::Linger);
    }
    if (n <= 0) break;
    lingered_ += static_cast<size_t>(n);
  }
  secret::Wipe(std::span<char>(dropped));
  Close();
}

void Connection::SetTimer(Timer timer) {
  if (timer_ == timer) return;
  timer_ = timer;
  const ServerLimits& limits = shard_->limits();
  switch (timer) {
    case Timer::kNone:
      return;
    case Timer::kIdle:
      quiet_since_ = shard_->now();
      deadline_ = shard_->After(limits.idle_timeout);
      return;
    case Timer::kHandshake:
    case Timer::kHead:
      deadline_ = shard_->After(limits.head_timeout);
      return;
    case Timer::kBody:
      deadline_ = shard_->After(limits.body_timeout);
      return;
    case Timer::kWrite:
      deadline_ = shard_->After(limits.write_timeout);
      return;
    case Timer::kLinger:
      deadline_ = shard_->After(kLingerTime);
      return;
  }
}

void Connection::SetReadTimer() {
  switch (reader_.phase()) {
    case RequestReader::Phase::kIdle:
      return SetTimer(Timer::kIdle);
    case RequestReader::Phase::kHead:
      return SetTimer(Timer::kHead);
    case RequestReader::Phase::kBody:
    case RequestReader::Phase::kComplete:
      return SetTimer(Timer::kBody);
  }
}

void Connection::OnTick() {
  if (timer_ == Timer::kNone) return;
  if (static_cast<int32_t>(deadline_ - shard_->now()) > 0) {
    const bool quiet = timer_ == Timer::kIdle && shard_->now() - quiet_since_ >= kParkAfterTicks;
    if (quiet && !tls_ && reader_.attached() && !std::exchange(parking_, true)) {
      boost::system::error_code ignored;
      socket_.cancel(ignored);  // OnRead goes on
    }
    return;
  }
  if (timer_ != Timer::kIdle && timer_ != Timer::kLinger) Count(shard_->shared().timeouts);
  if (timer_ == Timer::kHead || timer_ == Timer::kBody) {
    close_after_ = true;
    SendResponse(408, {}, {}, false);
  }
  Close();
}

void Connection::Drain() {
  if (state_ == State::kHandshake || (state_ == State::kReading && reader_.empty())) Close();
}

bool Connection::CloseUnlessServed() {
  if (state_ == State::kHandling || state_ == State::kWriting) return false;
  Close();
  return true;
}

void Connection::Close() {
  if (state_ == State::kClosed) return;
  state_ = State::kClosed;
  timer_ = Timer::kNone;
  if (tls_) tls_->Close();
  boost::system::error_code ignored;
  socket_.close(ignored);
  shard_->Remove(this);
}

}  // namespace kagimori::net
