// Preloaded into the program under test: the system's clock goes KAGIMORI_CLOCK_SHIFT seconds ahead, for what nobody
// can wait for, as the end of a session. Tests only, never installed.
#include <dlfcn.h>

#include <cstdlib>
#include <ctime>

namespace {

time_t Shift() {
  const char* text = getenv("KAGIMORI_CLOCK_SHIFT");
  return text == nullptr ? 0 : static_cast<time_t>(strtoll(text, nullptr, 10));
}

}  // namespace

extern "C" int clock_gettime(clockid_t clock, timespec* time) noexcept {
  static const auto next = reinterpret_cast<int (*)(clockid_t, timespec*)>(dlsym(RTLD_NEXT, "clock_gettime"));
  static const time_t shift = Shift();
  const int result = next(clock, time);
  if (result == 0 && clock == CLOCK_REALTIME) time->tv_sec += shift;
  return result;
}
