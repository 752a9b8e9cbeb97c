#include "policy/values.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstring>

#include "policy/condition_key.h"

namespace kagimori::policy {
namespace {

constexpr Decimal kOne = 1'000'000'000;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Reads text from its front.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool empty() const { return text_.empty(); }
  bool Take(char c) {
    if (!text_.starts_with(c)) return false;
    text_.remove_prefix(1);
    return true;
  }
  // In either case.
  bool TakeLetter(char lower) { return Take(lower) || Take(static_cast<char>(lower & ~0x20)); }
  // `least` to `most` digits; nothing when there are fewer or more.
  std::optional<int64_t> Digits(size_t least, size_t most) {
    size_t count = 0;
    int64_t value = 0;
    while (count < text_.size() && IsDigit(text_[count])) {
      if (count == most) return std::nullopt;
      value = value * 10 + (text_[count++] - '0');
    }
    if (count < least) return std::nullopt;
    text_.remove_prefix(count);
    return value;
  }
  // The digits after a point, in units of 10^-9.
  std::optional<int64_t> Fraction(size_t least) {
    const size_t before = text_.size();
    const auto value = Digits(least, 9);
    if (!value) return std::nullopt;
    int64_t nanos = *value;
    for (size_t digits = before - text_.size(); digits < 9; ++digits) nanos *= 10;
    return nanos;
  }

 private:
  std::string_view text_;
};

struct Time {
  int64_t seconds = 0;
  int64_t nanos = 0;
};

// [hh[:mm[:ss[.fraction]]]][Z|±hh[:mm]], what follows the T.
std::optional<Time> ParseTime(Reader& text) {
  Time time;
  const auto field = [&](size_t least, int64_t limit, int64_t unit) {
    const auto value = text.Digits(least, 2);
    if (!value || *value >= limit) return false;
    time.seconds += *value * unit;
    return true;
  };
  if (text.empty()) return time;
  if (!field(1, 24, 3600)) return std::nullopt;
  if (text.Take(':')) {
    if (!field(1, 60, 60)) return std::nullopt;
    if (text.Take(':')) {
      if (!field(1, 60, 1)) return std::nullopt;
      if (text.Take('.')) {
        const auto nanos = text.Fraction(1);
        if (!nanos) return std::nullopt;
        time.nanos = *nanos;
      }
    }
  }
  if (text.TakeLetter('z')) return time;
  const bool east = text.Take('+');
  if (east || text.Take('-')) {
    const int64_t sign = east ? -1 : 1;
    if (!field(2, 24, sign * 3600) || (text.Take(':') && !field(2, 60, sign * 60))) return std::nullopt;
  }
  return time;
}

std::optional<Decimal> ParseIsoDate(std::string_view text) {
  Reader reader(text);
  const bool negative = reader.Take('-');
  const auto year = reader.Digits(1, 9);
  if (!year || *year > (negative ? 292275054 : 292278993)) return std::nullopt;
  int64_t month = 1;
  int64_t day = 1;
  if (reader.Take('-')) {
    const auto value = reader.Digits(1, 2);
    if (!value) return std::nullopt;
    month = *value;
    if (reader.Take('-')) {
      const auto last = reader.Digits(1, 2);
      if (!last) return std::nullopt;
      day = *last;
    }
  }
  Time time;
  if (reader.TakeLetter('t')) {
    const auto parsed = ParseTime(reader);
    if (!parsed) return std::nullopt;
    time = *parsed;
  }
  if (!reader.empty() || month < 1 || month > 12 || day < 1) return std::nullopt;
  // std::chrono's years end at 32767: the calendar repeats every 400 years, of 146097 days.
  const int64_t signed_year = negative ? -*year : *year;
  const int64_t cycle = (signed_year >= 0 ? signed_year : signed_year - 399) / 400;
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(signed_year - cycle * 400)),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  const int64_t days = std::chrono::sys_days(date).time_since_epoch().count() + cycle * 146097;
  return (Decimal{days} * 86400 + time.seconds) * kOne + time.nanos;
}

}  // namespace

std::optional<Decimal> ParseDecimal(std::string_view text) {
  Reader reader(text);
  const bool negative = reader.Take('-');
  if (!negative) reader.Take('+');
  const bool leading_point = reader.Take('.');
  int64_t whole = 0;
  if (!leading_point) {
    const auto digits = reader.Digits(1, 18);
    if (!digits) return std::nullopt;
    whole = *digits;
  }
  Decimal value = Decimal{whole} * kOne;
  if (leading_point || reader.Take('.')) {
    const auto fraction = reader.Fraction(1);
    if (!fraction) return std::nullopt;
    value += *fraction;
  }
  if (!reader.empty()) return std::nullopt;
  return negative ? -value : value;
}

std::optional<Decimal> ParseDate(std::string_view text) {
  return text.find_first_of("tT-") != std::string_view::npos ? ParseIsoDate(text) : ParseDecimal(text);
}

std::optional<bool> ParseBool(std::string_view text) {
  if (EqualsFolded("true", text)) return true;
  if (EqualsFolded("false", text)) return false;
  return std::nullopt;
}

std::optional<IpAddress> ParseIp(std::string_view text) {
  char buffer[INET6_ADDRSTRLEN];
  if (text.empty() || text.size() >= sizeof(buffer) || text.contains('\0')) return std::nullopt;
  std::memcpy(buffer, text.data(), text.size());
  buffer[text.size()] = '\0';
  IpAddress address;
  if (inet_pton(AF_INET, buffer, address.bytes.data()) == 1) return address;
  if (inet_pton(AF_INET6, buffer, address.bytes.data()) != 1) return std::nullopt;
  constexpr std::array<uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  if (std::equal(kMapped.begin(), kMapped.end(), address.bytes.begin())) {
    IpAddress v4;
    std::copy(address.bytes.begin() + 12, address.bytes.end(), v4.bytes.begin());
    return v4;
  }
  address.v6 = true;
  return address;
}

bool IpRange::Contains(const IpAddress& address) const {
  if (address.v6 != base.v6) return false;
  const int whole = prefix / 8;
  if (!std::equal(base.bytes.begin(), base.bytes.begin() + whole, address.bytes.begin())) return false;
  const int rest = prefix % 8;
  if (rest == 0) return true;
  const int mask = 0xFF00 >> rest & 0xFF;
  return ((base.bytes[whole] ^ address.bytes[whole]) & mask) == 0;
}

std::optional<IpRange> ParseIpRange(std::string_view text) {
  const size_t slash = text.find('/');
  const std::string_view written = text.substr(0, slash);
  const auto base = ParseIp(written);
  if (!base) return std::nullopt;
  // A prefix counts the bits of the form that was written.
  const int mapped_bits = !base->v6 && written.contains(':') ? 96 : 0;
  const int bits = base->v6 ? 128 : 32;
  if (slash == std::string_view::npos) return IpRange{*base, bits};
  const std::string_view digits = text.substr(slash + 1);
  int prefix = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), prefix);
  const bool all_digits = !digits.empty() && std::ranges::all_of(digits, IsDigit);
  if (!all_digits || error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  prefix -= mapped_bits;
  if (prefix < 0 || prefix > bits) return std::nullopt;
  return IpRange{*base, prefix};
}

}  // namespace kagimori::policy
