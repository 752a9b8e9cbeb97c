#include "gateway/security_log.h"

#include <algorithm>

#include "base/log.h"

namespace kagimori::gateway {

void SecurityLog::Count(std::string_view code, std::string_view peer) {
  ++total_;
  auto slot = std::ranges::find_if(counted_, [&](const Counted& at) { return at.count == 0 || at.code == code; });
  if (slot == counted_.end()) slot = counted_.end() - 1;
  if (slot->count++ == 0) {
    slot->code = code;
    slot->example_peer = peer;
  }
}

void SecurityLog::Flush(bool quiet) {
  if (total_ == 0 || quiet) return;
  auto now = std::chrono::steady_clock::now();
  if (now < next_) return;
  next_ = now + kInterval;
  for (Counted& at : counted_) {
    if (at.count == 0) break;
    log::Warning(
        "requests without a verified signature",
        {{"code", std::string(at.code)}, {"count", std::to_string(at.count)}, {"example_peer", at.example_peer}});
    at = {};
  }
  total_ = 0;
}

}  // namespace kagimori::gateway
