#ifndef KAGIMORI_BASE_CLOCK_H_
#define KAGIMORI_BASE_CLOCK_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kagimori {

// Milliseconds since 1970-01-01T00:00:00Z, the resolution in which AWS prints times.
struct Timestamp {
  int64_t millis = 0;
  auto operator<=>(const Timestamp&) const = default;
  int64_t seconds() const { return millis / 1000; }
};

inline Timestamp operator+(Timestamp time, std::chrono::milliseconds by) { return {time.millis + by.count()}; }
inline Timestamp operator-(Timestamp time, std::chrono::milliseconds by) { return {time.millis - by.count()}; }

// "20250102T030405Z" (SigV4) and "2025-01-02T03:04:05Z" (CloudTrail).
std::string FormatBasic(Timestamp time);
std::string FormatIso(Timestamp time);
// Reads exactly what FormatIso writes for the years 1970 to 9999.
std::optional<Timestamp> ParseIso(std::string_view text);

// The two clocks of the service. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;

  // The system's time: signatures, TLS, tokens, attestation, response headers. Never shifted.
  virtual Timestamp Wall() const = 0;

  // Wall plus the development offset, never behind the high-water mark that the last run saved:
  // stored times, schedules, expiries.
  virtual Timestamp Service() const = 0;
};

class SystemClock : public Clock {
 public:
  // `high_water`: the newest service time that an earlier run is known to have shown; `offset`: the development offset.
  explicit SystemClock(Timestamp high_water = {}, std::chrono::milliseconds offset = {});

  Timestamp Wall() const override;
  Timestamp Service() const override;

  // Development only: moves the service clock forward. REQUIRES: by >= 0.
  void Advance(std::chrono::milliseconds by);
  std::chrono::milliseconds offset() const { return std::chrono::milliseconds(offset_millis_.load()); }

 private:
  std::atomic<int64_t> offset_millis_;
  mutable std::atomic<int64_t> high_water_millis_;
};

// A clock that stands still until a test moves it.
class ManualClock : public Clock {
 public:
  explicit ManualClock(Timestamp now) : wall_millis_(now.millis), service_millis_(now.millis) {}
  Timestamp Wall() const override { return {wall_millis_.load()}; }
  Timestamp Service() const override { return {service_millis_.load()}; }
  void AdvanceWall(std::chrono::milliseconds by) { wall_millis_ += by.count(); }
  void AdvanceService(std::chrono::milliseconds by) { service_millis_ += by.count(); }

 private:
  std::atomic<int64_t> wall_millis_;
  std::atomic<int64_t> service_millis_;
};

}  // namespace kagimori

#endif  // KAGIMORI_BASE_CLOCK_H_
