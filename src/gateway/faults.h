#ifndef KAGIMORI_GATEWAY_FAULTS_H_
#define KAGIMORI_GATEWAY_FAULTS_H_

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "shapes/api_error.h"
#include "shapes/kms_operations.h"

namespace kagimori::gateway {

// The errors that developers can have a server answer, to see what their program does: "ThrottlingException",
// "KMSInternalException", "DependencyTimeoutException", "KeyUnavailableException". kInvalid: another name.
Result<shapes::ErrorCode> ParseFaultCode(std::string_view name);
std::string_view NameOfFault(shapes::ErrorCode code);

// One thing that goes wrong on purpose: an error, or a wait before the request is carried out.
struct Fault {
  std::optional<shapes::ErrorCode> error = {};      // of ParseFaultCode
  std::chrono::milliseconds delay{0};               // where there is no error
  uint32_t per_million = 1'000'000;                 // how many of the requests, at random
  std::optional<shapes::Operation> operation = {};  // nothing: all that can answer it
};

// What a development server does wrong on purpose; forgotten when it stops. Requests are counted in after their
// signature is verified. Thread-safe.
class Faults {
 public:
  static constexpr size_t kMost = 64;
  static constexpr std::chrono::milliseconds kLongestDelay{30'000};

  // kInvalid: the operation does not answer such an error, or there are too many.
  Result<> Add(const Fault& fault);
  void Clear();
  std::vector<Fault> List() const;

  // What becomes of one request. Errors of several faults: the first one's; their delays add up.
  struct Verdict {
    std::chrono::milliseconds delay{0};
    std::optional<shapes::ApiError> error;
  };
  // Nothing to do where this is false: one relaxed load.
  bool any() const { return any_.load(std::memory_order_relaxed); }
  Verdict Decide(shapes::Operation operation) const;

 private:
  std::atomic<bool> any_{false};
  mutable std::mutex mutex_;
  std::vector<Fault> faults_;  // by mutex_
};

}  // namespace kagimori::gateway

#endif  // KAGIMORI_GATEWAY_FAULTS_H_
