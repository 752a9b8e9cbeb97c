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
