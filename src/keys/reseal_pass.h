#ifndef KAGIMORI_KEYS_RESEAL_PASS_H_
#define KAGIMORI_KEYS_RESEAL_PASS_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "keys/key_table.h"
#include "seal/hierarchy.h"
#include "store/store.h"

namespace kagimori::keys {

// One way through the whole store that seals anew what is not under the current term, and the looks at it before and
// after. Everything here blocks; for one background thread. The ledger's heads are left alone: they are sealed anew
// with the commits.
class ResealPass {
 public:
  struct Options {
    uint64_t records_per_second = 2'000;  // sealed anew; 0: as fast as it goes
    // Waits that long, or until it is time to stop: true.
    std::function<bool(std::chrono::nanoseconds)> wait;
    std::function<void(uint64_t records)> moved = [](uint64_t) {};  // after each commit
  };
  // REQUIRES: all outlive this.
  ResealPass(const seal::KeyHierarchy* hierarchy, store::Store* store, KeyTable* table, Options options);

  struct Report {
    bool complete = false;  // false: stopped
    uint64_t moved = 0;
    uint64_t failed = 0;  // records that do not open, or never stood still
    std::optional<Error> first_failure;
  };
  // In steps of at most one transaction, each under the precondition that its records are what was read; one that has
  // changed meanwhile is read again. A record that cannot be moved does not hold up the others. An error: the store
  // refused; what was done stays done.
  Result<Report> Run();

  // Records of the store that are not under the current term. Nothing: stopped.
  Result<std::optional<uint64_t>> Count();

  // Whether the store as it is now can do without `terms`: no record, head or secret in a record is under one of them.
  // `failure`: the first record of which that cannot be said. Nothing: stopped.
  struct Check {
    uint64_t needing = 0;
    uint64_t failed = 0;
    std::optional<Error> first_failure;
  };
  Result<std::optional<Check>> CanDoWithout(const std::set<seal::TermId>& terms);

  // Writes one record that is there anew, whatever term it is under: a commit after all that were handed to the store
  // before, with which the ledger moves some of its heads.
  Result<> Nudge();

 private:
  struct Batch {
    std::vector<store::Record> records;
    size_t bytes = 0;
  };
  bool Moves(const store::Record& record) const;
  Result<> Flush(Batch* batch, Report* report);
  // One try. kConflict: one of them has changed.
  Result<uint64_t> Commit(const std::vector<store::Record>& records, Report* report);
  Result<> MoveOne(const std::string& path, bool always, Report* report);
  void TellCaches(const store::Record& before, std::string_view message, store::Revision now);
  // Looks at every record of the store as it is now; false: stopped.
  Result<bool> Look(const std::function<void(const store::Record&)>& look);
  // Keeps to so many things a second; true: stop.
  bool Pace(uint64_t things, uint64_t per_second);

  const seal::KeyHierarchy* hierarchy_;
  store::Store* store_;
  KeyTable* table_;
  Options options_;
};

}  // namespace kagimori::keys

#endif  // KAGIMORI_KEYS_RESEAL_PASS_H_
