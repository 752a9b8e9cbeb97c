#ifndef KAGIMORI_KEYS_COMMITTER_H_
#define KAGIMORI_KEYS_COMMITTER_H_

#include <optional>

#include "base/result.h"
#include "base/task.h"
#include "keys/change.h"
#include "keys/key_counts.h"
#include "keys/key_table.h"

namespace kagimori::keys {

// Brings changes into the store and out of the caches. Thread-safe.
class Committer {
 public:
  // REQUIRES: all outlive the committer. `counts`: null where nobody counts.
  Committer(const seal::KeyHierarchy* hierarchy, store::Store* store, KeyTable* table, KeyCounts* counts = nullptr)
      : hierarchy_(hierarchy), store_(store), table_(table), counts_(counts) {}

  // The change and its audit event are on stable storage, and no lookup on any core gives what was before, when this
  // returns. kConflict: something it was based on has changed meanwhile, which may be that the last free place for a
  // key of the account was taken; resolve again and rerun (the caches have forgotten it). REQUIRES: `change` and
  // `event.line` live until this returns.
  Task<Result<store::Revision>> Commit(const Change& change, OutboxEvent event);

 private:
  // A place for each key that the change makes: all of them or none.
  bool Reserve(const Change& change);
  void Settle(const Change& change, std::optional<store::Revision> made);
  void Forget(const Change& change);

  const seal::KeyHierarchy* hierarchy_;
  store::Store* store_;
  KeyTable* table_;
  KeyCounts* counts_;
};

}  // namespace kagimori::keys

#endif  // KAGIMORI_KEYS_COMMITTER_H_
