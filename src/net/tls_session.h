#ifndef KAGIMORI_NET_TLS_SESSION_H_
#define KAGIMORI_NET_TLS_SESSION_H_

#include <memory>
#include <span>

#include "net/http.h"
#include "net/io_result.h"
#include "net/tls.h"

struct ssl_st;

namespace kagimori::net {

// The server's end of one TLS connection over a non-blocking socket that the caller owns and outlives it. Not
// thread-safe.
class TlsSession {
 public:
  // Null when OpenSSL has no memory.
  static std::unique_ptr<TlsSession> Accept(const TlsContext& context, int fd);
  ~TlsSession();
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  // kOk once the handshake is done.
  IoResult Handshake();
  IoResult Read(std::span<char> to);
  // After kWantRead or kWantWrite the next call must offer the same bytes (at any address), or more behind them.
  IoResult Write(std::span<const char> from);
  // Tells the peer that nothing more comes; best effort.
  void Close();
  // Bytes are buffered here that the socket will not announce again.
  bool HasPending() const;

  // After the handshake.
  const TlsInfo& info() const { return info_; }

 private:
  explicit TlsSession(ssl_st* ssl) : ssl_(ssl) {}
  IoResult Outcome(int result, size_t bytes);

  ssl_st* ssl_;
  TlsInfo info_;
  bool broken_ = false;
};

}  // namespace kagimori::net

#endif  // KAGIMORI_NET_TLS_SESSION_H_
