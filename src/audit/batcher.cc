#include "audit/batcher.h"

#include <algorithm>
#include <iterator>
#include <span>
#include <utility>

namespace kagimori::audit {

void CoreBatcher::Turn::Clear() {
  buffer.clear();
  lines.clear();
  waiting.clear();
}

CoreBatcher::CoreBatcher(net::Core* core, Log* log) : core_(core), log_(log) {
  core->AddTurnEndHook([this] { EndTurn(); });
}

void CoreBatcher::Add(std::string_view line, const EventId& id, Durability durability, Released released) {
  durability = std::max(durability, log_->durability());
  auto event = EventLine::Create(line, id);
  if (event) {
    turn_.buffer.append(line);
    turn_.lines.push_back(*event);
    turn_.waiting.push_back({{}, durability, std::move(released)});
  } else {
    turn_.waiting.push_back({std::unexpected(std::move(event.error())), durability, std::move(released)});
  }
}

Result<Anchor> CoreBatcher::AppendAll(Turn* turn) {
  const char* at = turn->buffer.data();
  for (EventLine& line : turn->lines) {
    line.Rebase(at);
    at += line.line().size();
  }
  Result<Anchor> head;
  std::span<const EventLine> rest(turn->lines);
  do {
    auto part = rest.first(std::min(rest.size(), kMaxBatchEvents));
    rest = rest.subspan(part.size());
    head = log_->Append(part);
  } while (head && !rest.empty());
  return head;
}

void CoreBatcher::EndTurn() {
  if (turn_.waiting.empty()) return;
  std::swap(turn_, released_);
  Result<Anchor> head = AppendAll(&released_);
  std::vector<Waiting> after_sync;
  for (Waiting& waiting : released_.waiting) {
    if (waiting.result && !head) waiting.result = std::unexpected(head.error());
    if (waiting.result && waiting.durability == Durability::kSynced) {
      after_sync.push_back(std::move(waiting));
    } else {
      waiting.released(std::move(waiting.result));
    }
  }
  if (!after_sync.empty()) ReleaseAfterSync(head->sequence, std::move(after_sync));
  released_.Clear();
  // A released response may already have let a pipelined request leave its record.
  if (!turn_.waiting.empty()) core_->WantTurn();
}

void CoreBatcher::ReleaseAfterSync(uint64_t sequence, std::vector<Waiting> waiting) {
  log_->SyncThen(sequence, [core = core_, waiting = std::move(waiting)](Result<> result) mutable {
    core->Post([waiting = std::move(waiting), result = std::move(result)]() mutable {
      for (Waiting& one : waiting) one.released(result);
    });
  });
}

}  // namespace kagimori::audit
