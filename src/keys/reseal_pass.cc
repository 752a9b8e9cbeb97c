#include "keys/reseal_pass.h"

#include <algorithm>
#include <utility>

#include "keys/paths.h"
#include "keys/records.h"
#include "keys/reseal.h"
#include "seal/path.h"
#include "seal/sealed_record.h"
#include "store/blocking.h"

namespace kagimori::keys {
namespace {

using seal::RecordType;

constexpr size_t kBatchRecords = store::kMaxTransactionOperations / 2;  // each a precondition and a put
// Of paths and values; a value that is sealed anew has the length that it had.
constexpr size_t kBatchBytes = store::kMaxTransactionBytes - store::kMaxValueSize - 4 * store::kMaxKeySize;
constexpr size_t kPageRecords = 200;
// Looking at a record's head is cheap, but not free for those who share the core.
constexpr uint64_t kLooksPerSecond = 200'000;
constexpr int kTries = 8;
constexpr std::chrono::milliseconds kBusyWait{100};
constexpr int kBusyWaits = 100;

bool IsType(const std::string& path, RecordType type) { return path.starts_with(static_cast<char>(type)); }

void Note(Error error, ResealPass::Report* report) {
  ++report->failed;
  if (!report->first_failure) report->first_failure = std::move(error);
}

}  // namespace

ResealPass::ResealPass(const seal::KeyHierarchy* hierarchy, store::Store* store, KeyTable* table, Options options)
    : hierarchy_(hierarchy), store_(store), table_(table), options_(std::move(options)) {}

bool ResealPass::Pace(uint64_t things, uint64_t per_second) {
  std::chrono::nanoseconds time(per_second == 0 ? 0 : things * 1'000'000'000 / per_second);
  return options_.wait(time);
}

// Whether this record is for Run: what cannot be read is, so that it is seen.
bool ResealPass::Moves(const store::Record& record) const {
  if (IsType(record.key, RecordType::kDeployment) || IsType(record.key, RecordType::kHead)) return false;
  Result<seal::TermId> term = seal::TermOfRecord(record.value);
  return !term || *term != hierarchy_->current_term();
}

Result<ResealPass::Report> ResealPass::Run() {
  Report report;
  Batch batch;
  store::RangeRequest request{.limit = kPageRecords};
  while (true) {
    KAGIMORI_ASSIGN_OR_RETURN(store::RangeResult page, store::RangeAndWait(*store_, request));
    const size_t seen = page.records.size();
    if (page.more) request.begin = page.records.back().key + '\0';
    for (store::Record& record : page.records) {
      if (!Moves(record)) continue;
      size_t bytes = 2 * record.key.size() + record.value.size();
      if (batch.records.size() == kBatchRecords || batch.bytes + bytes > kBatchBytes) {
        uint64_t moving = batch.records.size();
        KAGIMORI_RETURN_IF_ERROR(Flush(&batch, &report));
        if (Pace(moving, options_.records_per_second)) return report;
      }
      batch.bytes += bytes;
      batch.records.push_back(std::move(record));
    }
    if (!page.more) break;
    if (Pace(seen, kLooksPerSecond)) return report;
  }
  KAGIMORI_RETURN_IF_ERROR(Flush(&batch, &report));
  report.complete = true;
  return report;
}

Result<> ResealPass::Flush(Batch* batch, Report* report) {
  Batch taken = std::exchange(*batch, {});
  if (taken.records.empty()) return {};
  Result<uint64_t> moved = Commit(taken.records, report);
  if (moved) {
    report->moved += *moved;
    options_.moved(*moved);
    return {};
  }
  if (moved.error().kind != ErrorKind::kConflict) return std::unexpected(std::move(moved).error());
  for (const store::Record& record : taken.records) {
    KAGIMORI_RETURN_IF_ERROR(MoveOne(record.key, /*always=*/false, report));
  }
  return {};
}

Result<uint64_t> ResealPass::Commit(const std::vector<store::Record>& records, Report* report) {
  std::vector<std::pair<const store::Record*, std::string>> moved;
  store::Transaction transaction;
  Report failures;
  for (const store::Record& record : records) {
    Result<Resealed> resealed = Reseal(*hierarchy_, record.key, record.value);
    if (!resealed && resealed.error().kind == ErrorKind::kConflict) return std::unexpected(std::move(resealed).error());
    if (!resealed) {
      Error error = std::move(resealed).error();
      error.text = seal::DescribePath(record.key) + ": " + error.text;
      Note(std::move(error), &failures);
      continue;
    }
    transaction.preconditions.push_back({.key = record.key, .revision = record.revision});
    transaction.puts.push_back({.key = record.key, .value = std::move(resealed->value)});
    moved.emplace_back(&record, std::move(resealed->message));
  }
  if (!moved.empty()) {
    Result<store::Revision> done = Fail(ErrorKind::kUnavailable, "not tried");
    for (int i = 0; i < kBusyWaits && !done && done.error().kind == ErrorKind::kUnavailable; ++i) {
      if (i > 0 && options_.wait(kBusyWait)) break;
      done = store::CommitAndWait(*store_, transaction);
    }
    if (!done) return std::unexpected(std::move(done).error());
    for (const auto& [record, message] : moved) TellCaches(*record, message, *done);
  }
  // Counted only now: after a conflict each record is tried again for itself.
  report->failed += failures.failed;
  if (!report->first_failure) report->first_failure = std::move(failures.first_failure);
  return moved.size();
}

Result<> ResealPass::MoveOne(const std::string& path, bool always, Report* report) {
  for (int i = 0; i < kTries; ++i) {
    KAGIMORI_ASSIGN_OR_RETURN(store::GetResult got, store::GetAndWait(*store_, {path}));
    if (!got.records.at(0) || (!always && !Moves(*got.records[0]))) return {};
    Result<uint64_t> moved = Commit({*std::move(got.records[0])}, report);
    if (moved) {
      report->moved += *moved;
      options_.moved(*moved);
      return {};
    }
    if (moved.error().kind != ErrorKind::kConflict) return std::unexpected(std::move(moved).error());
  }
  Note({ErrorKind::kConflict, seal::DescribePath(path) + " changes faster than it can be sealed anew",
        std::source_location::current()},
       report);
  return {};
}

void ResealPass::TellCaches(const store::Record& before, std::string_view message, store::Revision now) {
  if (std::optional<KeyName> key = ParseHeadPath(before.key)) return table_->KeyMoved(*key, before.revision, now);
  std::optional<AliasName> alias = ParseAliasPath(before.key);
  if (!alias) return;
  Alias decoded{.name = *std::move(alias)};
  if (records::DecodeAlias(message, &decoded)) table_->AliasMoved(decoded.name, before.revision, now);
}

Result<> ResealPass::Nudge() {
  std::string path = ClockPath();
  KAGIMORI_ASSIGN_OR_RETURN(store::GetResult clock, store::GetAndWait(*store_, {path}));
  if (!clock.records.at(0)) {
    store::RangeRequest first{.begin = std::string(1, static_cast<char>(RecordType::kAccount)), .limit = 1};
    KAGIMORI_ASSIGN_OR_RETURN(store::RangeResult found, store::RangeAndWait(*store_, first));
    if (found.records.empty()) return Fail(ErrorKind::kNotFound, "there is no record in the store");
    path = found.records[0].key;
  }
  Report report;
  KAGIMORI_RETURN_IF_ERROR(MoveOne(path, /*always=*/true, &report));
  if (report.first_failure) return std::unexpected(*std::move(report.first_failure));
  return {};
}

Result<bool> ResealPass::Look(const std::function<void(const store::Record&)>& look) {
  KAGIMORI_ASSIGN_OR_RETURN(std::unique_ptr<store::Snapshot> snapshot, store_->TakeSnapshot());
  store::RangeRequest request;
  while (true) {
    KAGIMORI_ASSIGN_OR_RETURN(store::RangeResult page, snapshot->Range(request));
    for (const store::Record& record : page.records) {
      if (!IsType(record.key, RecordType::kDeployment)) look(record);
    }
    if (!page.more) return true;
    if (Pace(page.records.size(), kLooksPerSecond)) return false;
    request.begin = page.records.back().key + '\0';
  }
}

Result<std::optional<uint64_t>> ResealPass::Count() {
  uint64_t count = 0;
  KAGIMORI_ASSIGN_OR_RETURN(bool complete, Look([&](const store::Record& record) { count += Moves(record) ? 1 : 0; }));
  if (!complete) return std::nullopt;
  return count;
}

Result<std::optional<ResealPass::Check>> ResealPass::CanDoWithout(const std::set<seal::TermId>& terms) {
  Check check;
  KAGIMORI_ASSIGN_OR_RETURN(bool complete, Look([&](const store::Record& record) {
                              Result<bool> needs = Needs(*hierarchy_, record.key, record.value, terms);
                              if (needs) {
                                check.needing += *needs ? 1 : 0;
                                return;
                              }
                              ++check.failed;
                              Error error = std::move(needs).error();
                              error.text = seal::DescribePath(record.key) + ": " + error.text;
                              if (!check.first_failure) check.first_failure = std::move(error);
                            }));
  if (!complete) return std::nullopt;
  return check;
}

}  // namespace kagimori::keys
