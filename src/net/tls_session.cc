#include "net/tls_session.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdint>

#include "net/tls_state.h"

namespace kagimori::net {
namespace {

bool WouldBlock() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

int FdOf(BIO* bio) { return static_cast<int>(reinterpret_cast<intptr_t>(BIO_get_data(bio))); }

// OpenSSL's own socket BIO writes without MSG_NOSIGNAL: a peer that has gone would end the process with SIGPIPE.
int SocketWrite(BIO* bio, const char* data, int size) {
  BIO_clear_retry_flags(bio);
  const ssize_t n = ::send(FdOf(bio), data, static_cast<size_t>(size), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (n < 0 && WouldBlock()) BIO_set_retry_write(bio);
  return static_cast<int>(n);
}

int SocketRead(BIO* bio, char* data, int size) {
  BIO_clear_retry_flags(bio);
  const ssize_t n = ::recv(FdOf(bio), data, static_cast<size_t>(size), MSG_DONTWAIT);
  if (n < 0 && WouldBlock()) BIO_set_retry_read(bio);
  return static_cast<int>(n);
}

long SocketControl(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

const BIO_METHOD* SocketMethod() {
  static BIO_METHOD* const method = [] {
    BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket");
    if (made) {
      BIO_meth_set_write(made, SocketWrite);
      BIO_meth_set_read(made, SocketRead);
      BIO_meth_set_ctrl(made, SocketControl);
    }
    return made;
  }();
  return method;
}

std::string_view Text(const char* text) { return text ? std::string_view(text) : std::string_view(); }

}  // namespace

std::unique_ptr<TlsSession> TlsSession::Accept(const TlsContext& context, int fd) {
  const BIO_METHOD* method = SocketMethod();
  // The session holds its own reference to the SSL_CTX, so a reload leaves it alone.
  SSL* ssl = method ? SSL_new(context.state_->Current()->context.get()) : nullptr;
  BIO* bio = ssl ? BIO_new(method) : nullptr;
  if (!bio) {
    SSL_free(ssl);
    return nullptr;
  }
  BIO_set_data(bio, reinterpret_cast<void*>(static_cast<intptr_t>(fd)));
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl, bio, bio);
  SSL_set_accept_state(ssl);
  return std::unique_ptr<TlsSession>(new TlsSession(ssl));
}

TlsSession::~TlsSession() { SSL_free(ssl_); }

IoResult TlsSession::Outcome(int result, size_t bytes) {
  if (result == 1) return {IoStatus::kOk, bytes};
  const int error = SSL_get_error(ssl_, result);
  if (error == SSL_ERROR_WANT_READ) return {IoStatus::kWantRead, 0};
  if (error == SSL_ERROR_WANT_WRITE) return {IoStatus::kWantWrite, 0};
  // After these a close_notify must not be sent (SSL_shutdown(3)).
  if (error == SSL_ERROR_SYSCALL || error == SSL_ERROR_SSL) broken_ = true;
  ERR_clear_error();
  return {IoStatus::kClosed, 0};
}

IoResult TlsSession::Handshake() {
  ERR_clear_error();
  const IoResult result = Outcome(SSL_do_handshake(ssl_), 0);
  if (result.status == IoStatus::kOk) {
    info_ = {.version = Text(SSL_get_version(ssl_)),
             .cipher_suite = Text(SSL_CIPHER_get_name(SSL_get_current_cipher(ssl_))),
             .key_exchange = Text(SSL_get0_group_name(ssl_))};
  }
  return result;
}

IoResult TlsSession::Read(std::span<char> to) {
  ERR_clear_error();
  size_t bytes = 0;
  const int result = SSL_read_ex(ssl_, to.data(), to.size(), &bytes);
  return Outcome(result, bytes);
}

IoResult TlsSession::Write(std::span<const char> from) {
  ERR_clear_error();
  size_t bytes = 0;
  const int result = SSL_write_ex(ssl_, from.data(), from.size(), &bytes);
  return Outcome(result, bytes);
}

void TlsSession::Close() {
  if (broken_ || !SSL_is_init_finished(ssl_)) return;
  SSL_shutdown(ssl_);
  ERR_clear_error();
}

bool TlsSession::HasPending() const { return SSL_has_pending(ssl_) == 1; }

}  // namespace kagimori::net
