#ifndef KAGIMORI_PARAMETERS_PARAMETER_TABLE_H_
#define KAGIMORI_PARAMETERS_PARAMETER_TABLE_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/snapshot_cache.h"
#include "base/task.h"
#include "parameters/change.h"
#include "parameters/parameter.h"
#include "parameters/paths.h"
#include "seal/hierarchy.h"
#include "store/store.h"

namespace kagimori::parameters {

using ParameterPtr = std::shared_ptr<const Parameter>;

// Parameters as snapshots, from a cache or from the store. Thread-safe. kCorrupt from any of these: a record is not
// what was written.
class ParameterTable {
 public:
  // What cached snapshots may take up together.
  static constexpr size_t kCacheBytes = 32 << 20;

  // REQUIRES: both outlive the table.
  ParameterTable(const seal::KeyHierarchy* hierarchy, store::Store* store) : hierarchy_(hierarchy), store_(store) {}

  const seal::KeyHierarchy& hierarchy() const { return *hierarchy_; }

  // Null: there is none. One that has expired and that the reaper has not reached is given all the same (see
  // Parameter::GoneAt): a successor takes its place.
  Task<Result<ParameterPtr>> Load(ParameterName name);

  // One page below a level of the hierarchy ("/", "/a"): `from` is empty or what the page before ended with. The order
  // is that of the names' markers. A page may be short. It costs what is on it, however many there are.
  struct Page {
    std::vector<ParameterPtr> parameters;
    std::string next;  // empty: this was the last page
  };
  Task<Result<Page>> List(ParameterName level, Depth depth, std::string from, size_t limit);

  // An older version, or the newest, which is at hand. REQUIRES: it is kept.
  Task<Result<Version>> LoadVersion(ParameterPtr parameter, uint64_t number);
  // From `first` on, oldest first, at most `limit`. REQUIRES: limit <= store::kMaxGetKeys.
  Task<Result<std::vector<Version>>> LoadVersions(ParameterPtr parameter, uint64_t first, size_t limit);
  Task<Result<Labels>> LoadLabels(ParameterPtr parameter);
  Task<Result<std::vector<Tag>>> LoadTags(ParameterPtr parameter);
  Task<Result<Counts>> LoadCounts(AccountId account, Region region);

  // The change and its audit event (`event`: a put of the outbox, keys/change.h) are on stable storage, and no lookup
  // gives what was before, when this returns. kConflict: something it was based on has changed meanwhile; load and
  // rerun.
  Task<Result<store::Revision>> Commit(const Change& change, std::optional<store::Put> event);

  // For those who change stored parameters by themselves: lookups read the store again.
  void Forget(const ParameterName& name) { cache_.Invalidate(HeadPath(*hierarchy_, name)); }
  void ForgetAll() { cache_.InvalidateAll(); }

 private:
  // Of a record that was read since `ticket`, for the cache, too; null for none.
  Result<ParameterPtr> Open(uint64_t ticket, const std::optional<store::Record>& record);
  // In their order; null where there is none. REQUIRES: at most store::kMaxGetKeys.
  Task<Result<std::vector<ParameterPtr>>> LoadPaths(std::vector<std::string> paths);
  Task<Result<std::string>> LoadPart(ParameterPtr parameter, Part part, uint64_t version);

  const seal::KeyHierarchy* hierarchy_;
  store::Store* store_;
  SnapshotCache<std::string, Parameter> cache_{kCacheBytes};  // by the heads' paths
};

}  // namespace kagimori::parameters

#endif  // KAGIMORI_PARAMETERS_PARAMETER_TABLE_H_
