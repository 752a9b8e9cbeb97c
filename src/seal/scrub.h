#ifndef KAGIMORI_SEAL_SCRUB_H_
#define KAGIMORI_SEAL_SCRUB_H_

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "seal/hierarchy.h"
#include "seal/sealed_record.h"
#include "store/store.h"

namespace kagimori::seal {

struct ScrubOptions {
  uint64_t records_per_second = 0;                    // 0: as fast as it goes
  std::function<bool()> stop = [] { return false; };  // asked often; true ends the scrub early
  // Called for every record that opened, in the order of paths. For checks of the rooms above; an error is a finding.
  std::function<Result<>(std::string_view path, const OpenedRecord&)> also = {};
};

struct ScrubFinding {
  AccountId account;  // kNoAccount: the deployment's
  std::string text;   // for the operator: which record, what is wrong with it
};

struct ScrubReport {
  bool complete = false;  // false: stopped before its end, and nothing is said about what is missing or extra
  store::Revision revision = 0;
  uint64_t records = 0;
  uint64_t bytes = 0;
  uint64_t accounts = 0;
  std::vector<ScrubFinding> findings;  // the first kMaxFindings
  uint64_t finding_count = 0;
  std::set<AccountId> damaged;  // the accounts of all findings

  bool ok() const { return finding_count == 0; }
};
inline constexpr size_t kMaxFindings = 1000;

// Opens every record of the snapshot and compares what is there with the ledger's heads in it: finds records that were
// changed, moved, put back from an older time, removed or added. Blocks; a thread of its own, please. An error: the
// store could not be read.
Result<ScrubReport> Scrub(const KeyHierarchy& hierarchy, store::Snapshot& snapshot, const ScrubOptions& options);

}  // namespace kagimori::seal

#endif  // KAGIMORI_SEAL_SCRUB_H_
