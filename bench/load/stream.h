#ifndef KAGIMORI_BENCH_LOAD_STREAM_H_
#define KAGIMORI_BENCH_LOAD_STREAM_H_

#include <openssl/ssl.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace kagimori::bench {

struct SslFree {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using SslPtr = std::unique_ptr<SSL, SslFree>;
using SslContextPtr = std::unique_ptr<SSL_CTX, SslFree>;

// TLS 1.3 alone. The server's certificate is made anew for each run and signed by itself; the client does not look at
// it: both ends are this benchmark's, on the loopback interface.
SslContextPtr MakeServerContext();
SslContextPtr MakeClientContext();

// How many bytes moved; 0 means "later, wait for the socket" unless `closed`.
struct Moved {
  size_t bytes = 0;
  bool closed = false;
};

// A non-blocking TCP connection, in the clear or under TLS. Owns the descriptor. One thread.
class Stream {
 public:
  explicit Stream(int fd) : fd_(fd) {}
  Stream(int fd, SSL_CTX* context, bool server);
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  int fd() const { return fd_; }
  Moved Read(std::span<char> into);
  Moved Write(std::string_view from);

  // Whether a read may give bytes that the socket will not announce (a TLS record read in part).
  bool HasBuffered() const { return ssl_ != nullptr && SSL_pending(ssl_.get()) > 0; }

 private:
  Moved FromSsl(int result);

  int fd_;
  SslPtr ssl_;
};

// Sockets on 127.0.0.1. Both end the program with a message when the system refuses.
int ListenLoopback(uint16_t port);  // 0: a free one
int ConnectLoopback(uint16_t port);
uint16_t LocalPort(int fd);

// Prints `what` with errno's text and exits with 1.
[[noreturn]] void Die(std::string_view what);

}  // namespace kagimori::bench

#endif  // KAGIMORI_BENCH_LOAD_STREAM_H_
