#include "shapes/redact.h"

#include <chrono>
#include <cstdio>

namespace kagimori::shapes {

std::string FormatAuditDate(Timestamp time) {
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::chrono::sys_time<std::chrono::milliseconds> point{std::chrono::milliseconds(time.millis)};
  auto day = std::chrono::floor<std::chrono::days>(point);
  std::chrono::year_month_day date(day);
  std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(point - day));
  auto hour = clock.hours().count();
  char text[64];
  int length =
      std::snprintf(text, sizeof(text), "%s %u, %d, %d:%02d:%02d %s", kMonths[static_cast<unsigned>(date.month()) - 1],
                    static_cast<unsigned>(date.day()), static_cast<int>(date.year()),
                    static_cast<int>(hour % 12 == 0 ? 12 : hour % 12), static_cast<int>(clock.minutes().count()),
                    static_cast<int>(clock.seconds().count()), hour < 12 ? "AM" : "PM");
  return {text, static_cast<size_t>(length)};
}

}  // namespace kagimori::shapes
