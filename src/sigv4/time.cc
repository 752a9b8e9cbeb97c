#include "sigv4/time.h"

#include <array>
#include <chrono>

namespace kagimori::sigv4 {
namespace {

// All of `text` as a number; nothing when a character is no digit.
std::optional<int> Number(std::string_view text) {
  int value = 0;
  for (char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

std::optional<Timestamp> Make(std::optional<int> year, std::optional<int> month, std::optional<int> day,
                              std::optional<int> hour, std::optional<int> minute, std::optional<int> second) {
  if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  const auto time = std::chrono::sys_days(date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
                    std::chrono::seconds(*second);
  return Timestamp{std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count()};
}

std::optional<int> Month(std::string_view name) {
  static constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                               "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  for (size_t i = 0; i < kMonths.size(); ++i) {
    if (kMonths[i] == name) return static_cast<int>(i) + 1;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Timestamp> ParseBasicTime(std::string_view text) {
  if (text.size() != 16 || text[8] != 'T' || text[15] != 'Z') return std::nullopt;
  return Make(Number(text.substr(0, 4)), Number(text.substr(4, 2)), Number(text.substr(6, 2)),
              Number(text.substr(9, 2)), Number(text.substr(11, 2)), Number(text.substr(13, 2)));
}

std::optional<Timestamp> ParseHttpDate(std::string_view text) {
  if (text.size() != 29 || text.substr(3, 2) != ", " || text[7] != ' ' || text[11] != ' ' || text[16] != ' ' ||
      text[19] != ':' || text[22] != ':' || text.substr(25) != " GMT") {
    return std::nullopt;
  }
  return Make(Number(text.substr(12, 4)), Month(text.substr(8, 3)), Number(text.substr(5, 2)),
              Number(text.substr(17, 2)), Number(text.substr(20, 2)), Number(text.substr(23, 2)));
}

}  // namespace kagimori::sigv4
