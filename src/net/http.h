#ifndef KAGIMORI_NET_HTTP_H_
#define KAGIMORI_NET_HTTP_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace kagimori::net {

// One header field as it arrived: name in the sender's letter case, value without the white space around it. SigV4
// needs order, duplicates and inner spaces unchanged.
struct HeaderField {
  std::string_view name;
  std::string_view value;
};

struct TlsInfo {
  std::string_view version;       // "TLSv1.3"
  std::string_view cipher_suite;  // "TLS_AES_256_GCM_SHA384"
  std::string_view key_exchange;  // "X25519MLKEM768"
};

// The head of a request. All views live as long as the exchange it came with.
struct RequestHead {
  std::string_view method;
  std::string_view target;  // as sent: path and, after '?', the query
  std::span<const HeaderField> fields;
  std::string_view peer;         // "192.0.2.1" or "2001:db8::1"
  const TlsInfo* tls = nullptr;  // null on plain connections

  // The first field of that name, letter case ignored; REQUIRES: `lower_name` in lower case. Empty when there is none.
  std::string_view Get(std::string_view lower_name) const;
};

// "Bad Request" for 400; empty for a status that has none here.
std::string_view ReasonPhrase(int status);

// A request that waits for its answer. It is answered at most once; destroying it unanswered closes the connection.
// Only its core's thread may call or destroy it, and before the core is gone. The connection's next request is read
// once it is destroyed.
class Exchange {
 public:
  virtual ~Exchange() = default;
  virtual const RequestHead& head() const = 0;
  // The whole body. At least kBodyPadding readable bytes follow it (simdjson parses in place). In memory that is wiped
  // when the exchange ends.
  virtual std::span<const char> body() const = 0;

  // Sends `status`, the `fields` lines ("Name: value\r\n"…, without Content-Length, Date and Connection, which the
  // server adds) and `body`, and ends the exchange. Takes the body's memory and wipes it once it is sent. A response
  // body may be secret.
  virtual void Respond(int status, std::string_view fields, std::string body) = 0;
};

inline constexpr size_t kBodyPadding = 64;

}  // namespace kagimori::net

#endif  // KAGIMORI_NET_HTTP_H_
