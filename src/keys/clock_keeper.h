#ifndef KAGIMORI_KEYS_CLOCK_KEEPER_H_
#define KAGIMORI_KEYS_CLOCK_KEEPER_H_

#include <chrono>
#include <cstdint>

#include "base/clock.h"
#include "base/result.h"
#include "keys/records.h"
#include "seal/hierarchy.h"
#include "store/store.h"

namespace kagimori::keys {

// What must outlive a run of the program about time: the service clock's high-water mark, the uptime observed over all
// runs (which decides when material is destroyed), the development offset. Blocking; for start-up and one background
// thread.
class ClockKeeper {
 public:
  // Reads what the last run saved; nothing saved: a new store.
  static Result<records::ClockState> Load(const seal::KeyHierarchy& hierarchy, store::Store* store);

  // REQUIRES: all outlive the keeper; `loaded` is what Load gave at this start.
  ClockKeeper(const seal::KeyHierarchy* hierarchy, store::Store* store, const SystemClock* clock,
              records::ClockState loaded);

  // Saves the present state; the caller calls it every minute, after the clock was moved, and at the end.
  Result<> Save();

  // Seconds during which the program has been seen running, in all runs together, at most a minute behind.
  uint64_t UptimeSeconds() const;

 private:
  const seal::KeyHierarchy* hierarchy_;
  store::Store* store_;
  const SystemClock* clock_;
  const records::ClockState loaded_;
  const std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  uint64_t version_ = 0;
};

}  // namespace kagimori::keys

#endif  // KAGIMORI_KEYS_CLOCK_KEEPER_H_
