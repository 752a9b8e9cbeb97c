#ifndef KAGIMORI_SEAL_TERM_GUARD_H_
#define KAGIMORI_SEAL_TERM_GUARD_H_

#include <span>
#include <vector>

#include "base/result.h"
#include "seal/hierarchy.h"
#include "store/store.h"

namespace kagimori::seal {

// Stands before the ledger in the store's one line of writers and lets nothing through that is sealed under a term that
// is closed, gone or unknown (KeyHierarchy::MayBePut), nor anything that is not sealed. So whoever has closed a term,
// and has seen a later commit done, knows that all that will ever be under it is in the store already: a writer that
// sealed its record before the term ended, and was slow, is answered kConflict and seals it again.
//
// Accept and Close: on the store's writer thread.
class TermGuard : public store::CommitLedger {
 public:
  // `next`: is shown what was let through; null: nobody. REQUIRES: both outlive the guard.
  TermGuard(const KeyHierarchy* hierarchy, store::CommitLedger* next) : hierarchy_(hierarchy), next_(next) {}

  Result<store::RecordTag> Tag(std::string_view key, ByteView value) override;
  Result<> Accept(std::span<const store::RecordChange> changes) override;
  std::vector<store::Put> Close(store::Revision last) override;

 private:
  const KeyHierarchy* hierarchy_;
  store::CommitLedger* next_;
};

}  // namespace kagimori::seal

#endif  // KAGIMORI_SEAL_TERM_GUARD_H_
