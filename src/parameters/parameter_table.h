#ifndef KAGIMORI_PARAMETERS_PARAMETER_TABLE_H_
#define KAGIMORI_PARAMETERS_PARAMETER_TABLE_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "parameters/change.h"
#include "parameters/parameter.h"
#include "parameters/paths.h"
#include "seal/hierarchy.h"
#include "store/store.h"

namespace kagimori::parameters {

using ParameterPtr = std::shared_ptr<const Parameter>;

// Parameters as snapshots, read from the store each time. Thread-safe. kCorrupt from any of these: a record is not what
// was written.
class ParameterTable {
 public:
  // REQUIRES: both outlive the table.
  ParameterTable(const seal::KeyHierarchy* hierarchy, store::Store* store) : hierarchy_(hierarchy), store_(store) {}

  const seal::KeyHierarchy& hierarchy() const { return *hierarchy_; }

  // Null: there is none. One that has expired and that the reaper has not reached is given all the same (see
  // Parameter::GoneAt): a successor takes its place.
  Task<Result<ParameterPtr>> Load(ParameterName name);
  // In the order of the names. REQUIRES: at most store::kMaxGetKeys.
  Task<Result<std::vector<ParameterPtr>>> LoadEach(std::vector<ParameterName> names);

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

  // The change and its audit event (`event`: a put of the outbox, keys/change.h) are on stable storage when this
  // returns. kConflict: something it was based on has changed meanwhile; load and rerun.
  Task<Result<store::Revision>> Commit(const Change& change, std::optional<store::Put> event);

 private:
  Result<ParameterPtr> Open(const std::optional<store::Record>& record) const;
  Task<Result<std::string>> LoadPart(ParameterPtr parameter, Part part, uint64_t version);

  const seal::KeyHierarchy* hierarchy_;
  store::Store* store_;
};

}  // namespace kagimori::parameters

#endif  // KAGIMORI_PARAMETERS_PARAMETER_TABLE_H_
