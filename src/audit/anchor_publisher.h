#ifndef KAGIMORI_AUDIT_ANCHOR_PUBLISHER_H_
#define KAGIMORI_AUDIT_ANCHOR_PUBLISHER_H_

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "audit/outside_anchor.h"
#include "base/result.h"
#include "crypto/ed25519.h"

namespace kagimori::audit {

// Brings an anchor to one place outside, once an interval and at the end, on a thread of its own: a place that is slow
// or gone holds up nobody. A failure is logged and counted, and tried again after the interval. Nothing leaves while
// nothing has changed.
class AnchorPublisher {
 public:
  struct Options {
    std::string place;  // for logs: "file", "url"
    std::chrono::milliseconds interval{60'000};
  };
  struct Hooks {
    std::function<OutsideAnchor()> newest;                       // what is on stable storage now
    std::function<Result<>(std::string_view line)> deliver;      // may block for a while, not for ever
    std::function<void(const OutsideAnchor& anchor)> delivered;  // on the publisher's thread
  };
  struct Status {
    uint64_t delivered = 0;  // anchors
    uint64_t failures = 0;   // attempts
    uint64_t sequence = 0;   // of the newest anchor delivered
    std::string failure;     // of the last attempt; empty: it succeeded
  };

  // REQUIRES: signer and what the hooks use outlive this.
  AnchorPublisher(Options options, const crypto::Ed25519Signer* signer, Hooks hooks);
  ~AnchorPublisher() { Stop(); }

  void Start();
  // Delivers a last anchor and joins. Thread-safe against status.
  void Stop();

  Status status() const;

 private:
  void Run();
  void PublishOnce();

  const Options options_;
  const crypto::Ed25519Signer* signer_;
  const Hooks hooks_;
  std::optional<OutsideAnchor> last_;  // delivered; by the thread
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  Status status_;          // by mutex_
  bool stopping_ = false;  // by mutex_
  std::thread thread_;
};

}  // namespace kagimori::audit

#endif  // KAGIMORI_AUDIT_ANCHOR_PUBLISHER_H_
