#ifndef KAGIMORI_KEYS_LAST_USAGE_H_
#define KAGIMORI_KEYS_LAST_USAGE_H_

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/result.h"
#include "base/task.h"
#include "keys/key.h"
#include "seal/hierarchy.h"
#include "shapes/kms_operations.h"
#include "store/store.h"

namespace kagimori::keys {

// A successful cryptographic operation with a key, as GetKeyLastUsage tells of it.
struct LastUsage {
  shapes::Operation operation{};
  Timestamp at;
  ByteArray<16> event_id{};  // of its audit record
  ByteArray<16> request_id{};
};

// Remembers for every key when it was last used. A use is noted in memory, where the next question finds it, and saved
// with the others every now and then: a crash loses what was noted since. Thread-safe, but for Save.
class UsageTracker {
 public:
  // What one core has noted. A lane has a lock of its own, which nobody but Save and a rare question contends for.
  class Lane {
   public:
    // `usage`: not older than what was noted before. Beyond kMostNoted keys nothing new is noted until the next Save.
    void Note(const KeyName& name, const LastUsage& usage);

   private:
    friend class UsageTracker;
    mutable std::mutex mutex_;
    std::unordered_map<KeyName, LastUsage> noted_;  // by mutex_
  };
  static constexpr size_t kMostNoted = 100'000;

  // REQUIRES: all outlive the tracker and every question that it was asked.
  UsageTracker(const seal::KeyHierarchy* hierarchy, store::Store* store, const Clock* clock, int lanes);

  Lane* lane(int index) { return lanes_[static_cast<size_t>(index)].get(); }

  // The newest use there is a record of (of two cores' at the same moment, either); nothing: none since the key was
  // made. kCorrupt: the record does not read.
  Task<Result<std::optional<LastUsage>>> Find(KeyName name);

  // Whether so much is noted that Save should not wait for its time.
  bool Crowded() const;

  // Writes what was noted; gives the number of keys. What cannot be written is kept for the next time and holds up
  // nothing else, but for an error of the store itself. Blocking; one caller at a time.
  Result<size_t> Save();

 private:
  using Map = std::unordered_map<KeyName, LastUsage>;

  std::optional<LastUsage> Noted(const KeyName& name) const;
  void Gather();
  Result<bool> MayWrite(const KeyName& name, std::string_view path, const store::Record& record) const;
  // `first_error`: set once to what was wrong with a key that was left out.
  Result<size_t> SaveSome(std::span<const KeyName> names, std::optional<Error>* first_error);

  const seal::KeyHierarchy* hierarchy_;
  store::Store* store_;
  const Clock* clock_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  mutable std::mutex mutex_;
  Map unsaved_;  // by mutex_; gathered from the lanes
};

}  // namespace kagimori::keys

#endif  // KAGIMORI_KEYS_LAST_USAGE_H_
