#ifndef KAGIMORI_BENCH_LOAD_HTTP_MESSAGE_H_
#define KAGIMORI_BENCH_LOAD_HTTP_MESSAGE_H_

#include <cstddef>
#include <optional>
#include <string_view>

namespace kagimori::bench {

// The least that both ends must know of HTTP/1.1: where a message with Content-Length ends. Nothing more, so that the
// baseline stays bare.
struct HttpMessage {
  std::string_view head;  // with the empty line
  std::string_view body;
  size_t size() const { return head.size() + body.size(); }
};

// The message at the start of `bytes`, or nothing while it is incomplete. A message without Content-Length has no body.
std::optional<HttpMessage> FirstMessage(std::string_view bytes);

}  // namespace kagimori::bench

#endif  // KAGIMORI_BENCH_LOAD_HTTP_MESSAGE_H_
