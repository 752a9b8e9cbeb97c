#ifndef KAGIMORI_GATEWAY_DISK_GUARD_H_
#define KAGIMORI_GATEWAY_DISK_GUARD_H_

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <string_view>

#include "audit/log.h"

namespace kagimori::gateway {

// What stops, in which order, as the disks fill: below the reserve the summaries of unverified requests (their counters
// go on) and every call that changes something; without room, or when the audit log has failed, every call. All of it
// comes back by itself with the room. Thread-safe; the questions cost a few loads.
class DiskGuard {
 public:
  enum class Stop : uint8_t { kNothing, kChanges, kEverything };

  // `store_folder`: changes need room on its disk as well. REQUIRES: the log outlives the guard.
  DiskGuard(const audit::Log* audit, std::filesystem::path store_folder, uint64_t reserve_bytes);

  Stop stop() const;
  bool Refuses(bool read_only) const {
    Stop now = stop();
    return now == Stop::kEverything || (now == Stop::kChanges && !read_only);
  }
  // Why, for callers and operators; empty when nothing stops.
  std::string_view reason() const;

  // Looks at the store's disk, and tells the operator when something has changed. Call once a second or so, on one
  // thread; the log looks at its own.
  void Look();
  uint64_t store_free_bytes() const { return store_free_bytes_.load(std::memory_order_relaxed); }

 private:
  const audit::Log* audit_;
  const std::filesystem::path store_folder_;
  const uint64_t reserve_bytes_;
  std::atomic<uint64_t> store_free_bytes_{UINT64_MAX};
  std::string_view told_;  // the reason that was told last
};

}  // namespace kagimori::gateway

#endif  // KAGIMORI_GATEWAY_DISK_GUARD_H_
