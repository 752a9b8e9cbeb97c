#ifndef KAGIMORI_APP_INTEGRITY_H_
#define KAGIMORI_APP_INTEGRITY_H_

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "base/clock.h"
#include "base/result.h"
#include "seal/hierarchy.h"
#include "seal/ledger.h"
#include "seal/quarantine.h"
#include "seal/scrub.h"
#include "seal/term_guard.h"
#include "store/store.h"

namespace kagimori::app {

struct IntegrityOptions {
  uint64_t scrub_records_per_second = 20'000;
  std::chrono::seconds scrub_delay{1};             // from Start to the first pass
  std::chrono::seconds scrub_interval{24 * 3600};  // from the end of one pass to the next
};

// For `kagimori status`.
struct IntegrityStatus {
  std::string scrub;              // "not yet", "running", "whole at revision N", "DAMAGED: …"
  uint64_t scrubbed_records = 0;  // of the last whole pass
  std::chrono::milliseconds scrub_time{0};
  uint64_t findings = 0;
};

// Whether the store holds what the server left in it: owns its ledger, scrubs it after the start and then at an
// interval, and keeps the accounts whose records are not theirs from being served.
class Integrity {
 public:
  // Puts the ledger on the store. `made_now`: the store was just made and has none. Blocks. kCorrupt: see Ledger::Open.
  static Result<std::unique_ptr<Integrity>> Open(const seal::KeyHierarchy* hierarchy, store::Store* store,
                                                 bool made_now, const IntegrityOptions& options);
  ~Integrity();  // stops

  seal::Ledger& ledger() { return *ledger_; }
  const seal::Quarantine& quarantine() const { return quarantine_; }
  IntegrityStatus status() const;

  // `report` gets each pass that found damage, on the scrub's thread, after its accounts are held.
  void Start(std::function<void(const seal::ScrubReport&)> report);
  // Before the store is closed.
  void Stop();

 private:
  Integrity(const seal::KeyHierarchy* hierarchy, store::Store* store, const IntegrityOptions& options)
      : hierarchy_(hierarchy), store_(store), options_(options) {}
  void Run();
  void ScrubOnce();
  bool stopping() const;

  const seal::KeyHierarchy* hierarchy_;
  store::Store* store_;
  const IntegrityOptions options_;
  std::unique_ptr<seal::Ledger> ledger_;
  std::unique_ptr<seal::TermGuard> guard_;  // stands before the ledger
  seal::Quarantine quarantine_;
  std::function<void(const seal::ScrubReport&)> report_;

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;   // by mutex_
  IntegrityStatus status_;  // by mutex_
  std::thread thread_;
};

}  // namespace kagimori::app

#endif  // KAGIMORI_APP_INTEGRITY_H_
