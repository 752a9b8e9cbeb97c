#ifndef KAGIMORI_POLICY_VALUES_H_
#define KAGIMORI_POLICY_VALUES_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace kagimori::policy {

// Numbers and points in time exactly, in units of 10^-9.
using Decimal = __int128;

// "-12", "3.5", ".5", "+7": up to 18 digits before and 9 after the point, no exponent.
std::optional<Decimal> ParseDecimal(std::string_view text);

// Seconds since 1970: the W3C profile of ISO 8601 ("2024-01-01", "2024-01-01T00:00:00Z", with fraction or offset; case
// of T and Z does not matter), or a decimal number of them. As IAM does it reads one-digit hours, a date without month
// or day, and years from -292275054 to 292278993; without an offset UTC is meant.
std::optional<Decimal> ParseDate(std::string_view text);

// "true" or "false" in any case.
std::optional<bool> ParseBool(std::string_view text);

// An address of IPv4 or IPv6. An IPv4 address in IPv6 clothes (::ffff:a.b.c.d) is one of IPv4.
struct IpAddress {
  bool v6 = false;
  std::array<uint8_t, 16> bytes{};  // of IPv4 the first four
};
std::optional<IpAddress> ParseIp(std::string_view text);

// A range of addresses; bits after the prefix are ignored.
struct IpRange {
  IpAddress base;
  int prefix = 0;
  bool Contains(const IpAddress& address) const;
};
// "203.0.113.0/24", "2001:db8::/32"; without a prefix the address alone.
std::optional<IpRange> ParseIpRange(std::string_view text);

}  // namespace kagimori::policy

#endif  // KAGIMORI_POLICY_VALUES_H_
