#ifndef KAGIMORI_NET_SERVER_H_
#define KAGIMORI_NET_SERVER_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "net/core.h"
#include "net/http.h"

namespace kagimori::net {

class TlsContext;  // net/tls.h

struct ServerLimits {
  size_t max_connections = 20'000;             // of all cores together; one more displaces, or is closed at once
  size_t max_head_bytes = 16 * 1024;           // 431 beyond it
  size_t max_fields = 100;                     // 431
  size_t max_unread_bytes = 64 * 1024 * 1024;  // bodies of all exchanges not yet given to the handler; 503 beyond it
  std::chrono::milliseconds idle_timeout{65'000};   // between requests
  std::chrono::milliseconds head_timeout{10'000};   // from a head's first byte to its last
  std::chrono::milliseconds body_timeout{30'000};   // from a body's first byte to its last
  std::chrono::milliseconds write_timeout{30'000};  // for a response that the client does not read
};

// What the server asks of the program. Called on the core's thread that read the request.
class Handler {
 public:
  virtual ~Handler() = default;
  // The most bytes that this request's body may have, from its head alone; 413 beyond it.
  virtual size_t BodyLimit(const RequestHead& head) = 0;
  virtual void Serve(Core& core, std::unique_ptr<Exchange> exchange) = 0;
};

struct ServerCounters {  // for /metrics
  uint64_t connections_open = 0;
  uint64_t connections_accepted = 0;
  uint64_t connections_refused = 0;  // over max_connections: the new one, or an older one that it displaced
  uint64_t protocol_errors = 0;
  uint64_t timeouts = 0;            // of heads, bodies, handshakes and unread responses
  uint64_t accept_failures = 0;     // out of file descriptors or memory
  uint64_t handshake_failures = 0;  // TLS
};

// Whether another server of this process may listen at the same address for a while: for two that follow each other
// without a moment in which nobody listens.
enum class PortUse { kAlone, kShared };

// HTTP/1.1 (RFC 9112) over TCP or TLS: keep-alive, pipelining (one exchange at a time, answers in order), chunked
// bodies, Expect: 100-continue. An acceptor with SO_REUSEPORT on every core. Malformed requests get a short plain
// answer (400, 408, 413, 431, 501, 503, 505) and a closed connection, and never reach the handler: a message with both
// Content-Length and Transfer-Encoding, two different lengths, a bare CR, white space before a field's colon.
class Server {
 public:
  // REQUIRES: cores, handler, tls (null: plain HTTP) and clock (for the Date field; null: the system's) outlive the
  // server.
  Server(std::vector<Core*> cores, Handler* handler, ServerLimits limits, TlsContext* tls,
         const Clock* clock = nullptr);
  // REQUIRES: the cores have not started, or Shutdown has called back, or the cores have finished.
  ~Server();

  // Binds `host` (an IP address) on every core; port 0 takes a free one. Gives "address:port". Fails when somebody
  // listens there already, unless `use` allows it. Call once, before the cores start.
  Result<std::string> Listen(const std::string& host, uint16_t port, PortUse use = PortUse::kAlone);
  uint16_t port() const;

  // Stops accepting, lets every exchange under way end (its response says Connection: close), closes idle connections,
  // and calls back when none is left or `grace` is over. Thread-safe.
  void Shutdown(std::chrono::milliseconds grace, std::function<void()> done);

  ServerCounters counters() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace kagimori::net

#endif  // KAGIMORI_NET_SERVER_H_
