#ifndef KAGIMORI_SEAL_LEDGER_H_
#define KAGIMORI_SEAL_LEDGER_H_

#include <cstdint>
#include <memory>

#include "audit/anchor.h"
#include "base/result.h"
#include "seal/hierarchy.h"
#include "store/store.h"

namespace kagimori::seal {

// Keeps account of what the store must hold, so that a record that was put back, taken away or added behind the
// server's back is found (docs/storage-format.md, "Ledger"):
//
//   * every account has a sealed head: how many records it has, and a keyed multiset hash over (path, sealing);
//   * the deployment has one over the records of no account and over the accounts' heads, with the store's revision and
//     the newest anchor of the audit log that was on stable storage.
//
// The store's writer shows every commit to the ledger and writes the heads that it touches in the same batch, so they
// are right after any crash. Open compares the heads with one another; that the records are those of the heads, Scrub
// (scrub.h) says. A store that was put back as a whole, heads and all, only something outside can tell: its revision
// and anchor, which this gives, against the audit log's.
//
// Accept and Close: on the store's writer thread. The rest, Tag included, is thread-safe.
class Ledger : public store::CommitLedger {
 public:
  // Sums up what the store holds, whatever that is, and writes the heads: for a store that was just made, restored or
  // repaired. Blocks: reads all of it. REQUIRES: nobody else writes.
  static Result<std::unique_ptr<Ledger>> Create(const KeyHierarchy* hierarchy, store::Store* store);
  // kCorrupt: a head is missing, does not open, is of another time than the others, or none of ours. Blocks: reads the
  // heads. REQUIRES: nobody else writes until store->SetLedger(this); `hierarchy` outlives the ledger.
  static Result<std::unique_ptr<Ledger>> Open(const KeyHierarchy* hierarchy, store::Store* store);
  ~Ledger() override;

  // kInternal: a record is one of the ledger's own.
  Result<store::RecordTag> Tag(std::string_view key, ByteView value) override;
  Result<> Accept(std::span<const store::RecordChange> changes) override;
  std::vector<store::Put> Close(store::Revision last) override;

  // From the next commit on in the deployment's head. REQUIRES: on stable storage in the audit log.
  void SetAnchor(const audit::Anchor& anchor);
  // As the deployment's head last written has it. sequence 0: none yet.
  audit::Anchor anchor() const;
  // Of the last commit that the writer was about to write; readers of the store may see it a moment later.
  store::Revision revision() const;

  // Heads that are sealed under another term than the current one. Every commit re-seals some of them, so that they
  // come to an end as long as there are commits.
  uint64_t stale_heads() const;

 private:
  struct State;
  explicit Ledger(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace kagimori::seal

#endif  // KAGIMORI_SEAL_LEDGER_H_
