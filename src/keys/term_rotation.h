#ifndef KAGIMORI_KEYS_TERM_ROTATION_H_
#define KAGIMORI_KEYS_TERM_ROTATION_H_

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "keys/key_table.h"
#include "keys/reseal_pass.h"
#include "seal/hierarchy.h"
#include "store/store.h"

namespace kagimori::keys {

// Brings terms to their end: when there is a newer one, everything that is under the older ones is sealed anew, and
// they are destroyed (docs/operations/terms.md). A term begins by command or by age.
//
//   wait     where the newer one began by age: until what clients were given under the old ones is past its end. Not
//            after a command, which is for when somebody may have seen the terms
//   count    how much there is to do, for `status`
//   move     ways through the store (ResealPass) until one has found nothing to move
//   close    after a while in which slow readers and writers are through, the old terms are closed: from then on the
//   store
//            takes nothing under them (seal::TermGuard); one more commit, after which all that was taken can be seen
//   check    every record of a snapshot taken then, and the secrets in them: none is under the old terms
//   destroy  when no long read (scrub, backup) holds the terms
//
// Nothing of this is written down: the term stands in the head of every record, so that a start after a crash at any
// instant goes on with what is left. A record that cannot be moved keeps the old terms alive; `status` says which.
//
// REQUIRES: the store shows its commits to a seal::TermGuard.
class TermRotation {
 public:
  struct Options {
    uint64_t records_per_second = 2'000;
    std::chrono::hours max_age{0};           // of a term, until another one begins by itself; 0: never
    std::chrono::hours sessions{0};          // how long what clients were given under a term is good (session tokens)
    std::chrono::milliseconds grace{5'000};  // for who has read or sealed a record, before its old term is closed
    std::chrono::milliseconds interval{1'000};  // between looks at the clock
    std::chrono::milliseconds retry{300'000};   // after something stood in the way
  };

  enum class Event { kBegan, kDestroyed };
  struct Hooks {
    std::function<uint64_t()> uptime_seconds;
    // The ledger's heads that are not under the current term; null: there is no ledger.
    std::function<uint64_t()> stale_heads;
    // Everything in the store is under the current term: who keeps what was read before lets go of it.
    std::function<void()> all_moved = [] {};
    // A term began by its age, or is gone. Called on the rotation's thread.
    std::function<void(Event, seal::TermId)> event;
  };

  // REQUIRES: all outlive this.
  TermRotation(seal::KeyHierarchy* hierarchy, store::Store* store, KeyTable* table, const Clock* clock, Options options,
               Hooks hooks);
  ~TermRotation();  // stops; a start goes on with it
  TermRotation(const TermRotation&) = delete;

  void Start();

  // A new term, and the way of the old ones to their end begins. Blocks until it is on stable storage. kLimit: too many
  // terms are left that did not come to their end.
  Result<seal::TermId> BeginTerm();

  enum class Stage { kIdle, kWaiting, kCounting, kMoving, kClosing, kChecking, kHeldUp };
  struct Progress {
    seal::TermId current_term = 0;
    std::vector<seal::TermInfo> terms;  // the current one is the last
    Stage stage = Stage::kIdle;
    std::optional<uint64_t> records_left;  // under the old terms; nothing: not counted yet
    uint64_t records_moved = 0;            // since the start
    std::string failure;                   // why it is held up
  };
  Progress progress() const;

  // For tests, without Start: does what there is to do now.
  enum class Outcome { kNothingToDo, kWaiting, kDone, kAgain, kStopped };
  Result<Outcome> RunOnce();

 private:
  void Run();
  bool IsOld() const;
  bool WaitsForSessions() const;
  Result<Outcome> MoveAll(ResealPass* pass);
  Result<Outcome> EndTerms(ResealPass* pass, seal::TermId current);
  Result<> PassBarrier(ResealPass* pass);
  void Enter(Stage stage);
  // True: it is time to stop.
  bool Wait(std::chrono::nanoseconds time);

  seal::KeyHierarchy* hierarchy_;
  store::Store* store_;
  KeyTable* table_;
  const Clock* clock_;
  const Options options_;
  const Hooks hooks_;

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;         // by mutex_
  bool called_ = false;           // by mutex_: there is work
  Stage stage_ = Stage::kIdle;    // by mutex_
  std::optional<uint64_t> left_;  // by mutex_
  uint64_t moved_ = 0;            // by mutex_
  std::string failure_;           // by mutex_
  std::thread thread_;
};

std::string_view Name(TermRotation::Stage stage);

}  // namespace kagimori::keys

#endif  // KAGIMORI_KEYS_TERM_ROTATION_H_
