#ifndef KAGIMORI_KEYS_COMMITTER_H_
#define KAGIMORI_KEYS_COMMITTER_H_

#include "base/result.h"
#include "base/task.h"
#include "keys/change.h"
#include "keys/key_table.h"

namespace kagimori::keys {

// Brings changes into the store and out of the caches. Thread-safe.
class Committer {
 public:
  // REQUIRES: all outlive the committer.
  Committer(const seal::KeyHierarchy* hierarchy, store::Store* store, KeyTable* table)
      : hierarchy_(hierarchy), store_(store), table_(table) {}

  // The change and its audit event are on stable storage, and no lookup on any core gives what was before, when this
  // returns. kConflict: something it was based on has changed meanwhile; resolve again and rerun (the caches have
  // forgotten it). REQUIRES: `change` and `event.line` live until this returns.
  Task<Result<store::Revision>> Commit(const Change& change, OutboxEvent event);

 private:
  void Forget(const Change& change);

  const seal::KeyHierarchy* hierarchy_;
  store::Store* store_;
  KeyTable* table_;
};

}  // namespace kagimori::keys

#endif  // KAGIMORI_KEYS_COMMITTER_H_
