#ifndef KAGIMORI_GATEWAY_REQUEST_STATS_H_
#define KAGIMORI_GATEWAY_REQUEST_STATS_H_

#include <array>
#include <chrono>
#include <cstdint>
#include <string_view>
#include <vector>

namespace kagimori::gateway {

// Upper bounds of the latency histogram's buckets in microseconds; one more bucket takes the rest.
inline constexpr std::array<uint64_t, 14> kLatencyBounds = {25,    50,     100,    250,    500,     1'000,   2'500,
                                                            5'000, 10'000, 25'000, 50'000, 100'000, 250'000, 1'000'000};

// What one core counts about requests. Not thread-safe: the core's own thread counts, and gives copies to whoever asks.
class RequestStats {
 public:
  struct Code {
    std::string_view code;  // "" is success; else the error's code
    uint64_t count = 0;
  };
  struct Operation {
    std::string_view service;  // "kms"
    std::string_view name;     // "Encrypt"; "" for what was not recognised
    std::vector<Code> codes;
    std::array<uint64_t, kLatencyBounds.size() + 1> latency{};
    uint64_t latency_sum_micros = 0;
  };

  // REQUIRES: all views are of literals.
  void Count(std::string_view service, std::string_view operation, std::string_view code,
             std::chrono::nanoseconds latency);

  const std::vector<Operation>& operations() const { return operations_; }
  void Merge(const RequestStats& other);

 private:
  Operation& Find(std::string_view service, std::string_view operation);

  std::vector<Operation> operations_;
  size_t last_ = 0;  // where the last one was found: requests come in runs
};

}  // namespace kagimori::gateway

#endif  // KAGIMORI_GATEWAY_REQUEST_STATS_H_
