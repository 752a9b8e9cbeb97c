#include "app/values.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <charconv>
#include <optional>

#include "base/bytes.h"
#include "crypto/secret_sharing.h"

namespace kagimori::app {
namespace {

// Decimal digits and nothing else; from_chars alone would take a minus sign.
template <class Integer>
std::optional<Integer> ParseWhole(std::string_view text) {
  Integer value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || text.front() == '-' || error != std::errc() || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

std::optional<int64_t> SecondsPerUnit(char unit) {
  switch (unit) {
    case 's':
      return 1;
    case 'm':
      return 60;
    case 'h':
      return 3'600;
    case 'd':
      return 86'400;
    default:
      return std::nullopt;
  }
}

std::optional<bool> IsLoopback(const std::string& host) {
  in_addr four;
  if (inet_pton(AF_INET, host.c_str(), &four) == 1) return (ntohl(four.s_addr) >> 24) == 127;
  in6_addr six;
  if (inet_pton(AF_INET6, host.c_str(), &six) != 1) return std::nullopt;
  if (IN6_IS_ADDR_V4MAPPED(&six)) return six.s6_addr[12] == 127;
  return IN6_IS_ADDR_LOOPBACK(&six);
}

}  // namespace

Result<std::chrono::milliseconds> ParseDuration(std::string_view text) {
  constexpr int64_t kLongestSeconds = std::chrono::duration_cast<std::chrono::seconds>(kLongestDuration).count();
  auto bad = [] { return Fail(ErrorKind::kInvalid, "expected a duration such as 90s, 15m, 36h or 31d"); };
  if (text.size() < 2) return bad();
  auto unit = SecondsPerUnit(text.back());
  auto count = ParseWhole<int64_t>(text.substr(0, text.size() - 1));
  if (!unit || !count || *count == 0) return bad();
  if (*count > kLongestSeconds / *unit) return Fail(ErrorKind::kInvalid, "expected a duration of at most 36525d");
  return std::chrono::seconds(*count * *unit);
}

Result<ListenAddress> ParseListenAddress(std::string_view text) {
  auto bad = [] {
    return Fail(ErrorKind::kInvalid, "expected an IP address and a port, such as 127.0.0.1:4599 or [::1]:4599");
  };
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return bad();
  auto port = ParseWhole<uint16_t>(text.substr(colon + 1));
  if (!port) return bad();
  std::string_view host = text.substr(0, colon);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  // Without brackets "::1:4599" could be read in two ways.
  if (bracketed != (host.find(':') != std::string_view::npos)) return bad();
  ListenAddress address{.host = host == "localhost" ? "127.0.0.1" : std::string(host), .port = *port};
  // inet_pton would stop at a NUL.
  if (address.host.find('\0') != std::string::npos) return bad();
  auto loopback = IsLoopback(address.host);
  if (!loopback) return bad();
  address.loopback = *loopback;
  return address;
}

Result<audit::Anchor> ParseAnchor(std::string_view text) {
  auto bad = [] { return Fail(ErrorKind::kInvalid, "expected RECORD:LINK, a number and 64 hex digits"); };
  const size_t colon = text.find(':');
  if (colon == std::string_view::npos) return bad();
  auto sequence = ParseWhole<uint64_t>(text.substr(0, colon));
  audit::Anchor anchor;
  if (!sequence || !HexDecodeTo(text.substr(colon + 1), anchor.link)) return bad();
  anchor.sequence = *sequence;
  return anchor;
}

Result<seal::ShareCounts> ParseShareCounts(std::string_view text) {
  const auto bad = [] { return Fail(ErrorKind::kInvalid, "expected K-of-N, such as 3-of-5, with 2 <= K <= N <= 16"); };
  constexpr std::string_view kBetween = "-of-";
  const size_t between = text.find(kBetween);
  if (between == std::string_view::npos) return bad();
  const auto threshold = ParseWhole<int>(text.substr(0, between));
  const auto count = ParseWhole<int>(text.substr(between + kBetween.size()));
  if (!threshold || !count || *threshold < 2 || *threshold > *count || *count > crypto::kMaxShares) return bad();
  return seal::ShareCounts{.threshold = *threshold, .count = *count};
}

}  // namespace kagimori::app
