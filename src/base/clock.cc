#include "base/clock.h"

#include <fmt/format.h>

#include <ctime>

namespace kagimori {
namespace {

struct CivilTime {
  int year;
  unsigned month, day;
  int hour, minute, second;
};

CivilTime ToCivil(Timestamp time) {
  using std::chrono::days;
  int64_t seconds = time.millis >= 0 ? time.millis / 1000 : (time.millis - 999) / 1000;
  int64_t day = seconds >= 0 ? seconds / 86400 : (seconds - 86399) / 86400;
  int64_t rest = seconds - day * 86400;
  std::chrono::year_month_day date{std::chrono::sys_days{days{day}}};
  return {static_cast<int>(date.year()), static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
          static_cast<int>(rest / 3600), static_cast<int>(rest / 60 % 60),    static_cast<int>(rest % 60)};
}

}  // namespace

std::string FormatBasic(Timestamp time) {
  CivilTime t = ToCivil(time);
  return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}Z", t.year, t.month, t.day, t.hour, t.minute, t.second);
}

std::string FormatIso(Timestamp time) {
  CivilTime t = ToCivil(time);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", t.year, t.month, t.day, t.hour, t.minute, t.second);
}

std::optional<Timestamp> ParseIso(std::string_view text) {
  constexpr std::string_view kShape = "dddd-dd-ddTdd:dd:ddZ";
  if (text.size() != kShape.size()) return std::nullopt;
  for (size_t i = 0; i < kShape.size(); ++i) {
    bool digit = text[i] >= '0' && text[i] <= '9';
    if (kShape[i] == 'd' ? !digit : text[i] != kShape[i]) return std::nullopt;
  }
  auto number = [&](size_t at, size_t size) {
    int value = 0;
    for (char c : text.substr(at, size)) value = value * 10 + (c - '0');
    return value;
  };
  std::chrono::year_month_day date{std::chrono::year(number(0, 4)),
                                   std::chrono::month(static_cast<unsigned>(number(5, 2))),
                                   std::chrono::day(static_cast<unsigned>(number(8, 2)))};
  int hour = number(11, 2);
  int minute = number(14, 2);
  int second = number(17, 2);
  if (!date.ok() || number(0, 4) < 1970 || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  return Timestamp{(days * 86400 + hour * 3600 + minute * 60 + second) * 1000};
}

SystemClock::SystemClock(Timestamp high_water, std::chrono::milliseconds offset)
    : offset_millis_(offset.count()), high_water_millis_(high_water.millis) {}

Timestamp SystemClock::Wall() const {
  timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return {static_cast<int64_t>(now.tv_sec) * 1000 + now.tv_nsec / 1'000'000};
}

Timestamp SystemClock::Service() const {
  int64_t now = Wall().millis + offset_millis_.load(std::memory_order_relaxed);
  int64_t seen = high_water_millis_.load(std::memory_order_relaxed);
  while (now > seen && !high_water_millis_.compare_exchange_weak(seen, now, std::memory_order_relaxed)) {
  }
  return {now > seen ? now : seen};
}

void SystemClock::Advance(std::chrono::milliseconds by) { offset_millis_.fetch_add(by.count()); }

}  // namespace kagimori
