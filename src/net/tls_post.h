#ifndef KAGIMORI_NET_TLS_POST_H_
#define KAGIMORI_NET_TLS_POST_H_

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"

namespace kagimori::net {

// Where a small message is sent to. No user name, no fragment; redirects are not followed.
struct PostUrl {
  bool tls = true;
  std::string host;    // a name, an IPv4 address, or an IPv6 address without its brackets
  std::string port;    // digits
  std::string target;  // path and query
  std::string host_field;
};
// kInvalid with what is wrong.
Result<PostUrl> ParsePostUrl(std::string_view url);

struct PostOptions {
  std::filesystem::path ca_file;              // PEM: who may vouch for the host; REQUIRES: not empty for https
  std::chrono::milliseconds timeout{10'000};  // for everything together, but for a name that the system looks up
};

// Sends one request on a connection of its own and reads the answer, both bounded. An error unless it is 2xx. TLS 1.2
// or newer; certificate and host name are verified. Blocking.
Result<> Post(const PostUrl& url, std::string_view content_type, std::string_view body, const PostOptions& options);

}  // namespace kagimori::net

#endif  // KAGIMORI_NET_TLS_POST_H_
