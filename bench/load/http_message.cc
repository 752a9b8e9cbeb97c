#include "bench/load/http_message.h"

#include <strings.h>

#include <charconv>

namespace kagimori::bench {
namespace {

constexpr std::string_view kLength = "content-length:";

size_t ContentLength(std::string_view head) {
  for (size_t line = head.find('\n'); line != std::string_view::npos; line = head.find('\n', line + 1)) {
    const std::string_view rest = head.substr(line + 1);
    if (rest.size() < kLength.size() || strncasecmp(rest.data(), kLength.data(), kLength.size()) != 0) continue;
    const size_t digits = rest.find_first_not_of(' ', kLength.size());
    if (digits == std::string_view::npos) return 0;
    size_t length = 0;
    std::from_chars(rest.data() + digits, rest.data() + rest.size(), length);
    return length;
  }
  return 0;
}

}  // namespace

std::optional<HttpMessage> FirstMessage(std::string_view bytes) {
  const size_t end = bytes.find("\r\n\r\n");
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view head = bytes.substr(0, end + 4);
  const size_t length = ContentLength(head);
  if (bytes.size() - head.size() < length) return std::nullopt;
  return HttpMessage{head, bytes.substr(head.size(), length)};
}

}  // namespace kagimori::bench
