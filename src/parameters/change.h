#ifndef KAGIMORI_PARAMETERS_CHANGE_H_
#define KAGIMORI_PARAMETERS_CHANGE_H_

#include <memory>
#include <optional>
#include <vector>

#include "base/result.h"
#include "parameters/parameter.h"
#include "seal/hierarchy.h"
#include "store/store.h"

namespace kagimori::parameters {

// What an operation wants changed of one parameter. BuildTransaction seals it.
struct ParameterChange {
  std::shared_ptr<const Parameter> before;  // null: there must be none yet
  std::optional<Parameter> after;           // nothing: deleted. Versions of records are set by BuildTransaction
  std::optional<Labels> labels;             // as they are now, where they changed
  std::optional<std::vector<Tag>> tags;
};

struct Change {
  std::vector<ParameterChange> parameters;
  std::optional<Counts> counts;  // as read; where a parameter is made, deleted or moved to another tier
  // What the permission for it was decided on, and must still be so.
  std::vector<store::Precondition> permitted_by;
};

// The change and its audit event's record as one transaction, under the preconditions that nothing it was based on has
// changed. kConflict: the term that a value is wrapped under is gone; run the operation again.
Result<store::Transaction> BuildTransaction(const seal::KeyHierarchy& hierarchy, const Change& change,
                                            std::optional<store::Put> event);

// Versions of one parameter that are kept.
inline constexpr size_t kMaxVersions = 100;

}  // namespace kagimori::parameters

#endif  // KAGIMORI_PARAMETERS_CHANGE_H_
