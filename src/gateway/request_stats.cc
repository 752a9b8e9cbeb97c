#include "gateway/request_stats.h"

#include <algorithm>

namespace kagimori::gateway {

RequestStats::Operation& RequestStats::Find(std::string_view service, std::string_view operation) {
  auto matches = [&](const Operation& at) { return at.name == operation && at.service == service; };
  if (last_ < operations_.size() && matches(operations_[last_])) return operations_[last_];
  auto found = std::ranges::find_if(operations_, matches);
  if (found == operations_.end()) {
    operations_.push_back({.service = service, .name = operation, .codes = {}});
    found = operations_.end() - 1;
  }
  last_ = static_cast<size_t>(found - operations_.begin());
  return *found;
}

void RequestStats::Count(std::string_view service, std::string_view operation, std::string_view code,
                         std::chrono::nanoseconds latency) {
  Operation& counted = Find(service, operation);
  auto found = std::ranges::find(counted.codes, code, &Code::code);
  if (found == counted.codes.end()) {
    counted.codes.push_back({code, 1});
  } else {
    ++found->count;
  }
  auto micros = static_cast<uint64_t>(latency.count() / 1000);
  auto bucket = std::ranges::lower_bound(kLatencyBounds, micros);
  ++counted.latency[static_cast<size_t>(bucket - kLatencyBounds.begin())];
  counted.latency_sum_micros += micros;
}

void RequestStats::Merge(const RequestStats& other) {
  for (const Operation& theirs : other.operations_) {
    Operation& ours = Find(theirs.service, theirs.name);
    for (const Code& code : theirs.codes) {
      auto found = std::ranges::find(ours.codes, code.code, &Code::code);
      if (found == ours.codes.end()) {
        ours.codes.push_back(code);
      } else {
        found->count += code.count;
      }
    }
    for (size_t i = 0; i < ours.latency.size(); ++i) ours.latency[i] += theirs.latency[i];
    ours.latency_sum_micros += theirs.latency_sum_micros;
  }
}

}  // namespace kagimori::gateway
