#ifndef KAGIMORI_APP_SEALED_TRAIL_H_
#define KAGIMORI_APP_SEALED_TRAIL_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>

#include "app/node.h"
#include "app/service_events.h"
#include "base/clock.h"
#include "base/result.h"

namespace kagimori::app {

// The administrative calls of a sealed server, whose audit log cannot be signed: each goes to the operator's log at
// once, and into the audit log, with the time at which it was made, when the server is unsealed. What a process that
// ends sealed had not yet appended is in the operator's log alone. Thread-safe.
class SealedTrail {
 public:
  static constexpr size_t kMaxKept = 256;  // of each kind of call the audit log need not hold more

  void Add(const AdministrativeCall& call, Timestamp now);
  // Appends what was kept, and how many more there were (read-only calls are only counted). Blocking. After an error
  // what is not yet in the log is kept.
  Result<> AppendTo(Node* node);

 private:
  struct Kept {
    std::string name, parameters_json, error, response_json;
    uint32_t peer_uid = 0;
    Timestamp time;
  };
  std::mutex mutex_;  // guards everything below
  std::deque<Kept> kept_;
  uint64_t read_only_ = 0;
  uint64_t dropped_ = 0;
};

}  // namespace kagimori::app

#endif  // KAGIMORI_APP_SEALED_TRAIL_H_
