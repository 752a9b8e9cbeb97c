#ifndef KAGIMORI_STORE_STORE_H_
#define KAGIMORI_STORE_STORE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace kagimori::store {

// An ordered key-value store, as little as a cluster store (etcd) can give and no more, so that everything above it
// runs on any of them. Keys and values are bytes; keys are ordered bytewise. Every committed transaction has a
// revision, one greater than the one before; a record carries the revision that last wrote it.
//
// Asynchronous: a callback runs exactly once, on a thread of the store or, when the answer is at hand, within the call.
// It must not block, and must not call Close. All methods are thread-safe.
//
// Limits, enforced on every store (testing/contract_suite.h) so that none is outgrown unnoticed: keys 1..512 bytes,
// values up to 256 KiB, at most 100 keys in a Get, 1..1000 records in a Range, 100 preconditions + puts + deletes and 1
// MiB of keys and values in a transaction. kLimit beyond them. A store whose queues are full answers kUnavailable.

inline constexpr size_t kMaxKeySize = 512;
inline constexpr size_t kMaxValueSize = 256 * 1024;
inline constexpr size_t kMaxGetKeys = 100;
inline constexpr size_t kMaxRangeRecords = 1000;
inline constexpr size_t kMaxRangeBytes =
    4 * 1024 * 1024;  // a Range ends early (with `more`) after the record that reaches it
inline constexpr size_t kMaxTransactionOperations = 100;
inline constexpr size_t kMaxTransactionBytes = 1024 * 1024;

using Revision = uint64_t;  // 0: no such record, or "before everything"

struct Record {
  std::string key;
  Bytes value;
  Revision revision = 0;  // of the transaction that last wrote it
};

struct GetResult {
  std::vector<std::optional<Record>> records;  // one per key asked for, in that order
  Revision revision = 0;                       // the store's revision at which all of them were read
};

// Bounds may be one byte longer than a key, so that the last key of a page + '\0' begins the next page.
struct RangeRequest {
  std::string begin = {};  // first key wanted; empty: the first of all
  std::string end = {};    // first key not wanted; empty: no bound
  size_t limit = kMaxRangeRecords;
};

struct RangeResult {
  std::vector<Record> records;
  bool more = false;  // there are records between the last one given and `end`
  Revision revision = 0;
};

// Holds when the record's revision is exactly this; 0: when there is no such record.
struct Precondition {
  std::string key;
  Revision revision = 0;
};

struct Put {
  std::string key;
  Bytes value;
  // Nothing was ever stored there: the key holds a random id that was drawn for this record. Spares the writer a search
  // on behalf of its ledger, whose account is wrong if this is; a store may check it (kInternal).
  bool is_new = false;
};

// kInvalid when a key is written twice. Deleting what is not there is fine. One without puts and deletes takes no
// revision: its answer is the store's, at which its preconditions held.
struct Transaction {
  std::vector<Precondition> preconditions = {};
  std::vector<Put> puts = {};
  std::vector<std::string> deletes = {};
};

// What a ledger makes of a record, for its account.
using RecordTag = ByteArray<32>;

// What an accepted transaction does to one record. Views live for the call that gets them.
struct RecordChange {
  std::string_view key;
  std::optional<ByteView> before;  // nothing: there was none
  std::optional<ByteView> after;   // nothing: deleted
  RecordTag after_tag = {};        // CommitLedger::Tag's of `after`
};

// Keeps account of all that is written. The store's writer shows it every transaction that it accepts, in order, and
// writes the records that it gives in the same batch: what it keeps is never older or newer than what it keeps account
// of. Accept and Close: called by one thread at a time. Must not call the store.
class CommitLedger {
 public:
  virtual ~CommitLedger() = default;
  // Of a record that is about to be put: worked out by whoever commits, so that the one writer need not. Thread-safe.
  // An error refuses the transaction.
  virtual Result<RecordTag> Tag(std::string_view key, ByteView value) = 0;
  // An error refuses the transaction, of which nothing is written then.
  virtual Result<> Accept(std::span<const RecordChange> changes) = 0;
  // The records to write with what was accepted since the last Close; `last` is the revision they get. They are shown
  // to nobody and take no revision of their own.
  virtual std::vector<Put> Close(Revision last) = 0;
};

// The store as it was at one revision, for long reads beside the writers. Thread-safe. REQUIRES: goes before its store
// is closed. Superseded records take up space as long as it lives.
class Snapshot {
 public:
  virtual ~Snapshot() = default;
  virtual Revision revision() const = 0;
  // Blocks.
  virtual Result<RangeResult> Range(const RangeRequest& request) = 0;
};

struct WatchEvent {
  Revision revision = 0;
  std::vector<std::string> changed;  // keys put or deleted by that transaction, in bytewise order
};

// A watch that lives until it is destroyed; destroying it waits for a callback under way, unless it is that callback
// that destroys it. No callback comes afterwards. May outlive its store.
class Watch {
 public:
  virtual ~Watch() = default;
};

using GetCallback = std::move_only_function<void(Result<GetResult>)>;
using RangeCallback = std::move_only_function<void(Result<RangeResult>)>;
using CommitCallback = std::move_only_function<void(Result<Revision>)>;
// kNotFound: the revision asked for is compacted, or the callback was too slow; read everything again and watch from
// there. kUnavailable: the store was closed. Nothing follows an error.
using WatchCallback = std::function<void(Result<WatchEvent>)>;

// Since the store was opened, for metrics.
struct StoreStats {
  uint64_t commits = 0;        // transactions that took a revision
  uint64_t conflicts = 0;      // transactions whose preconditions did not hold
  uint64_t groups = 0;         // writes, each of one or more transactions
  uint64_t syncs = 0;          // of those, the ones that waited for stable storage
  uint64_t inline_reads = 0;   // answered within the call
  uint64_t queued_reads = 0;   // handed to a reader thread
  uint64_t keys_estimate = 0;  // records in the store
};

class Store {
 public:
  // Closes. REQUIRES: no call is under way.
  virtual ~Store() = default;

  virtual void Get(std::vector<std::string> keys, GetCallback callback) = 0;
  virtual void Range(RangeRequest request, RangeCallback callback) = 0;

  // All or nothing, and on stable storage before the callback runs. kConflict when a precondition does not hold. Any
  // number of concurrent transactions are synced together.
  virtual void Commit(Transaction transaction, CommitCallback callback) = 0;

  // Calls back in order for every transaction with a revision > `after`, on a thread of the store. How far back a store
  // remembers is its own affair; a watch from the revision of a fresh read is always served.
  virtual std::unique_ptr<Watch> WatchFrom(Revision after, WatchCallback callback) = 0;

  // Blocks for a moment; holds up no writer. kUnavailable: the store is closed.
  virtual Result<std::unique_ptr<Snapshot>> TakeSnapshot() = 0;

  // From now on every commit is shown to `ledger`; null: to nobody. REQUIRES: no commit is under way; the ledger
  // outlives Close.
  virtual void SetLedger(CommitLedger* ledger) = 0;

  // Finishes what was accepted: its callbacks have run when Close returns. Later calls are answered kUnavailable, and
  // so is, after its last event, every watch. REQUIRES: not called by a callback. A second call does nothing.
  virtual void Close() = 0;

  virtual StoreStats Stats() const { return {}; }
};

}  // namespace kagimori::store

#endif  // KAGIMORI_STORE_STORE_H_
