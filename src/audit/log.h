#ifndef KAGIMORI_AUDIT_LOG_H_
#define KAGIMORI_AUDIT_LOG_H_

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "audit/anchor.h"
#include "audit/event_line.h"
#include "audit/retention_limits.h"
#include "base/clock.h"
#include "base/result.h"
#include "crypto/ed25519.h"

namespace kagimori::audit {

enum class Durability : uint8_t {
  kWritten,  // with the kernel: survives the process, not a power cut; synced at least every `sync_interval`
  kSynced,   // on stable storage
};

struct LogOptions {
  std::filesystem::path folder;                   // made, 0700, when it is not there
  const crypto::Ed25519Signer* signer = nullptr;  // outlives the log
  const Clock* clock = nullptr;                   // outlives the log
  ByteArray<16> deployment{};                     // whose log this is; a log of another deployment is refused
  Durability durability = Durability::kWritten;   // the least that an event is given; a batcher's call may ask for more
  uint64_t rotate_bytes = 256ull << 20;
  uint64_t disk_reserve_bytes = 1ull << 30;
  bool compress = true;  // closed files, in the background
  std::chrono::milliseconds sync_interval{500};
  std::optional<Anchor> anchor;  // the newest that the store knows; a log that ends before it is refused
  RetentionLimits retention;     // by default every file is kept
  // Anchors are kept outside: no file is removed before KeepFrom has said from which on they may be needed.
  bool keep_for_outside = false;
};

enum class DiskState : uint8_t {
  kOk,
  kReserve,  // below disk_reserve_bytes: management calls must stop
  kFull,     // nothing can be written: every call must stop
};

// What Open found and did.
struct Recovery {
  uint64_t torn_bytes = 0;  // cut off the newest file: written, but never linked and so never acknowledged
  uint64_t torn_lines = 0;
  std::filesystem::path torn_file;  // where they are kept
  uint64_t events = 0;              // read back
  uint64_t store_revision = 0;      // that the newest link of the newest two files names; 0: there is none
};

// The chained, signed log on disk (docs/audit-format.md). Thread-safe.
//
// Fails closed: what was not appended must not be answered. After an error of a sync, or of a write that could not be
// taken back, every later call answers with it; only a new Open, which looks at what the disk holds, gets the log going
// again. A full disk alone passes: the write is taken back, and the next one that finds room succeeds.
class Log {
 public:
  // Continues the log in the folder or begins one. Reads and verifies the newest two files. An unlinked tail, as a
  // crash leaves it, is moved to a side file, recorded in the chain and reported. kCorrupt when anything else is wrong,
  // kUnavailable when another process has the folder.
  static Result<std::unique_ptr<Log>> Open(LogOptions options);
  ~Log();  // syncs; waiting SyncThen callbacks are called before it returns

  // Links and signs the lines and hands them to the kernel in one write. All of them or none: without its link a batch
  // does not count. REQUIRES: at most kMaxBatchEvents lines. Empty: the head.
  Result<Anchor> Append(std::span<const EventLine> lines);

  // Calls `done` on the log's sync thread as soon as everything up to `sequence` is on stable storage, or has failed.
  // `done` must not block. Any number of callers share one fdatasync.
  void SyncThen(uint64_t sequence, std::move_only_function<void(Result<>)> done);
  // The same, waiting.
  Result<> Sync();

  Anchor Head() const;
  uint64_t SyncedSequence() const;
  // The newest anchor that is on stable storage: what may be written to the store, and what may leave the outbox.
  Anchor SyncedHead() const;

  // Whether an event was in the newest two files when the log was opened, so that an outbox is not written twice.
  bool Contains(const EventId& id) const;
  // Call when the outbox is empty. Frees what Contains needs, which answers false from then on, and begins the file
  // that a crash between two files left out.
  Result<> FinishRecovery();
  const Recovery& recovery() const;

  // Every event up to `sequence` has left the outbox, for good. Who has an outbox calls this from the start on: the log
  // then begins no file that would put an event of the outbox beyond what Contains knows at the next start, and its
  // files outgrow rotate_bytes instead. Without a call, nothing is waited for.
  void NoteSettled(uint64_t sequence);

  // The store's newest revision, which the next links name. Never goes back. REQUIRES: on stable storage. Called after
  // a commit and before its event is appended, so that a link names at least the revision of every event it holds.
  void NoteStoreRevision(uint64_t revision);
  uint64_t store_revision() const;

  // Retention leaves this file and all later ones: the newest anchor outside names it.
  void KeepFrom(uint64_t file);

  DiskState disk_state() const;
  uint64_t free_bytes() const;  // as of the last second
  std::optional<Error> failure() const;
  Durability durability() const;

 private:
  struct State;
  explicit Log(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace kagimori::audit

#endif  // KAGIMORI_AUDIT_LOG_H_
