#ifndef KAGIMORI_NET_TLS_CLIENT_H_
#define KAGIMORI_NET_TLS_CLIENT_H_

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"

namespace kagimori::net {

// Where a small request goes to. No user name, no fragment; redirects are not followed.
struct ClientUrl {
  bool tls = true;
  std::string host;    // a name, an IPv4 address, or an IPv6 address without its brackets
  std::string port;    // digits
  std::string target;  // path and query
  std::string host_field;
};
// kInvalid with what is wrong.
Result<ClientUrl> ParseClientUrl(std::string_view url);

struct ClientOptions {
  std::filesystem::path ca_file;              // PEM: who may vouch for the host; REQUIRES: not empty for https
  std::chrono::milliseconds timeout{10'000};  // for everything together, but for a name that the system looks up
};

// Sends one request on a connection of its own and reads the answer, both bounded. An error unless it is 2xx. TLS 1.2
// or newer; certificate and host name are verified. Blocking.
Result<> Post(const ClientUrl& url, std::string_view content_type, std::string_view body, const ClientOptions& options);

// The same by GET: the answer's body, if it is 200. kLimit: the body is longer than `limit` bytes.
Result<std::string> Get(const ClientUrl& url, size_t limit, const ClientOptions& options);

}  // namespace kagimori::net

#endif  // KAGIMORI_NET_TLS_CLIENT_H_
