#ifndef KAGIMORI_SEAL_QUARANTINE_H_
#define KAGIMORI_SEAL_QUARANTINE_H_

#include <atomic>
#include <mutex>
#include <set>

#include "base/ids.h"
#include "seal/path.h"

namespace kagimori::seal {

// The accounts whose records are not what the ledger says (scrub.h): nothing is served from them until they are
// repaired. Damage to what belongs to no account (credentials, the schedule, the outbox) holds all of them.
// Thread-safe; free of locks as long as there is none.
class Quarantine {
 public:
  void Add(const std::set<AccountId>& accounts) {
    if (accounts.empty()) return;
    std::lock_guard lock(mutex_);
    accounts_.insert(accounts.begin(), accounts.end());
    any_.store(true, std::memory_order_release);
  }

  bool Holds(AccountId account) const {
    if (!any_.load(std::memory_order_acquire)) [[likely]]
      return false;
    std::lock_guard lock(mutex_);
    return accounts_.contains(account) || accounts_.contains(kNoAccount);
  }

  std::set<AccountId> accounts() const {
    std::lock_guard lock(mutex_);
    return accounts_;
  }

 private:
  std::atomic<bool> any_{false};
  mutable std::mutex mutex_;
  std::set<AccountId> accounts_;  // by mutex_
};

}  // namespace kagimori::seal

#endif  // KAGIMORI_SEAL_QUARANTINE_H_
