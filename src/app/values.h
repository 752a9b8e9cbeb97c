#ifndef KAGIMORI_APP_VALUES_H_
#define KAGIMORI_APP_VALUES_H_

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "audit/anchor.h"
#include "base/result.h"
#include "seal/recovery_shares.h"

namespace kagimori::app {

// Values as people write them in options. Each fails with kInvalid and a text that says what is expected.

// "90s", "15m", "36h", "31d": a whole number and its unit, more than nothing and at most kLongestDuration.
inline constexpr std::chrono::milliseconds kLongestDuration = std::chrono::days(36'525);
Result<std::chrono::milliseconds> ParseDuration(std::string_view text);

struct ListenAddress {
  std::string host;  // an IP address, IPv6 without brackets
  uint16_t port = 0;
  bool loopback = false;  // nobody outside this machine can reach it
};
// "127.0.0.1:4599", "[::1]:4599", "localhost:4599" (127.0.0.1). Other names are refused: what they resolve to can
// change, and with it who can reach the server. Port 0 takes a free one.
Result<ListenAddress> ParseListenAddress(std::string_view text);

// "RECORD:LINK", as `kagimori audit verify` prints them: a number and 64 hex digits.
Result<audit::Anchor> ParseAnchor(std::string_view text);

// "3-of-5": 2 to 16 shares, and a threshold of at least 2 and at most all of them.
Result<seal::ShareCounts> ParseShareCounts(std::string_view text);

}  // namespace kagimori::app

#endif  // KAGIMORI_APP_VALUES_H_
