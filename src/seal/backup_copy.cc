#include "seal/backup_copy.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "seal/deployment_record.h"

namespace kagimori::seal {
namespace {

using SteadyClock = std::chrono::steady_clock;

// A page is read in one go, and its records are held: small, so that a pace is kept and memory stays small.
constexpr size_t kPageRecords = 256;

Result<Bytes> DeploymentRecordOf(store::Snapshot& snapshot) {
  const std::string path = DeploymentRecordPath();
  KAGIMORI_ASSIGN_OR_RETURN(store::RangeResult found, snapshot.Range({.begin = path, .end = path + '\0', .limit = 1}));
  if (found.records.empty()) return Fail(ErrorKind::kCorrupt, "the store has no deployment record");
  return std::move(found.records[0].value);
}

// Sleeps for as long as what was copied is ahead of the pace; false: it is to stop.
class Pacer {
 public:
  explicit Pacer(const BackupPace& pace) : pace_(pace) {}

  bool After(uint64_t bytes_so_far) {
    if (pace_.bytes_per_second == 0) return !pace_.stop();
    const auto due =
        begin_ + std::chrono::milliseconds(static_cast<int64_t>(static_cast<double>(bytes_so_far) * 1000 /
                                                                static_cast<double>(pace_.bytes_per_second)));
    while (!pace_.stop()) {
      const auto now = SteadyClock::now();
      if (now >= due) return true;
      std::this_thread::sleep_for(std::min<SteadyClock::duration>(due - now, std::chrono::milliseconds(100)));
    }
    return false;
  }

 private:
  const BackupPace& pace_;
  const SteadyClock::time_point begin_ = SteadyClock::now();
};

}  // namespace

Result<BackupTotals> WriteBackup(const KeyHierarchy& hierarchy, store::Snapshot& snapshot, BackupHeader header,
                                 const secret::SecretKey256& backup_key, const BackupPace& pace, BackupSink sink) {
  header.store_id = hierarchy.store_id();
  header.revision = snapshot.revision();
  // The snapshot's own, so that it holds the terms of just these records, whatever rotates meanwhile.
  KAGIMORI_ASSIGN_OR_RETURN(const Bytes stored, DeploymentRecordOf(snapshot));
  KAGIMORI_ASSIGN_OR_RETURN(const Bytes deployment, hierarchy.SealDeployment(stored, backup_key));
  KAGIMORI_ASSIGN_OR_RETURN(const auto writer, BackupWriter::Begin(header, backup_key, deployment, std::move(sink)));
  Pacer pacer(pace);
  uint64_t copied = 0;
  store::RangeRequest request{.begin = {}, .end = {}, .limit = kPageRecords};
  while (true) {
    KAGIMORI_ASSIGN_OR_RETURN(const store::RangeResult page, snapshot.Range(request));
    for (const store::Record& record : page.records) {
      KAGIMORI_RETURN_IF_ERROR(writer->Add(record));
      copied += record.key.size() + record.value.size();
    }
    if (!page.more) return writer->Finish();
    request.begin = page.records.back().key + '\0';
    if (!pacer.After(copied)) return Fail(ErrorKind::kUnavailable, "the backup was stopped before its end");
  }
}

}  // namespace kagimori::seal
