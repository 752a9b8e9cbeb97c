#ifndef KAGIMORI_AUDIT_BATCHER_H_
#define KAGIMORI_AUDIT_BATCHER_H_

#include <coroutine>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/event_line.h"
#include "audit/log.h"
#include "base/result.h"
#include "net/core.h"

namespace kagimori::audit {

// Collects the audit records of one core's turn and appends them with one Log::Append at its end; then, and only then,
// lets the responses go. Everything here happens on the core's thread. REQUIRES: outlives the core's last turn; the log
// outlives the batcher.
class CoreBatcher {
 public:
  using Released = std::move_only_function<void(Result<>)>;

  // Registers a turn-end hook: construct before core->Start().
  CoreBatcher(net::Core* core, Log* log);
  CoreBatcher(const CoreBatcher&) = delete;

  // `line`: what AppendJson made; copied and hashed at once. `released` runs exactly once, on the core's thread, never
  // within Add: after the append, or, for kSynced, after the sync. An error means that the record is not in the log for
  // sure; the response must then not go out.
  void Add(std::string_view line, const EventId& id, Durability durability, Released released);
  void Add(std::string_view line, const EventId& id, Released released) {
    Add(line, id, Durability::kWritten, std::move(released));
  }

  // The same for coroutines: `Result<> logged = co_await batcher.Append(line, id);` The line is copied when awaited.
  // The coroutine must not be destroyed while it waits.
  class Awaiter {
   public:
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiter) {
      batcher_->Add(line_, id_, durability_, [this, waiter](Result<> result) {
        result_ = std::move(result);
        waiter.resume();
      });
    }
    Result<> await_resume() { return std::move(result_); }

   private:
    friend class CoreBatcher;
    Awaiter(CoreBatcher* batcher, std::string_view line, const EventId& id, Durability durability)
        : batcher_(batcher), line_(line), id_(id), durability_(durability) {}
    CoreBatcher* batcher_;
    std::string_view line_;
    EventId id_;
    Durability durability_;
    Result<> result_;
  };
  [[nodiscard]] Awaiter Append(std::string_view line, const EventId& id, Durability durability = Durability::kWritten) {
    return Awaiter(this, line, id, durability);
  }

  // Events that wait for the end of this turn.
  size_t pending() const { return turn_.waiting.size(); }

 private:
  struct Waiting {
    Result<> result;  // an error for a line that may not enter the log
    Durability durability;
    Released released;
  };
  struct Turn {
    std::string buffer;            // the lines, end to end
    std::vector<EventLine> lines;  // views into buffer, rebased before the append
    std::vector<Waiting> waiting;
    void Clear();
  };

  void EndTurn();
  Result<Anchor> AppendAll(Turn* turn);
  void ReleaseAfterSync(uint64_t sequence, std::vector<Waiting> waiting);

  net::Core* core_;
  Log* log_;
  Turn turn_;      // being filled
  Turn released_;  // being released; kept for its memory
};

}  // namespace kagimori::audit

#endif  // KAGIMORI_AUDIT_BATCHER_H_
