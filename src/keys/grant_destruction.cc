#include "keys/grant_destruction.h"

#include <utility>

#include "keys/grant_paths.h"
#include "keys/grant_records.h"
#include "keys/paths.h"
#include "seal/path.h"
#include "store/blocking.h"

namespace kagimori::keys {
namespace {

constexpr size_t kDeletesPerStep = store::kMaxTransactionOperations - 1;  // and the precondition
// Each goes with the record by its retiring principal, which stands elsewhere.
constexpr size_t kGrantsPerStep = kDeletesPerStep / 2;

store::Transaction StepFor(const Key& key) {
  store::Transaction step;
  step.preconditions.push_back({HeadPath(key.name), key.head_revision});
  return step;
}

Result<store::RangeResult> FirstOf(store::Store* store, const std::string& prefix, size_t limit) {
  return store::RangeAndWait(*store, {.begin = prefix, .end = seal::PrefixEnd(prefix), .limit = limit});
}

}  // namespace

Result<bool> HasGrantRecords(store::Store* store, const KeyName& key) {
  KAGIMORI_ASSIGN_OR_RETURN(store::RangeResult first, FirstOf(store, GrantRecordsPrefix(key), 1));
  return !first.records.empty();
}

Result<> DestroyGrants(const seal::KeyHierarchy& hierarchy, store::Store* store, const Key& key) {
  while (true) {
    KAGIMORI_ASSIGN_OR_RETURN(store::RangeResult grants, FirstOf(store, GrantsPrefix(key.name), kGrantsPerStep));
    if (grants.records.empty()) break;
    store::Transaction step = StepFor(key);
    for (store::Record& record : grants.records) {
      KAGIMORI_ASSIGN_OR_RETURN(std::shared_ptr<const Grant> grant, records::OpenGrant(hierarchy, record));
      if (IsListedAsRetirable(*grant))
        step.deletes.push_back(RetirablePath(hierarchy, *grant->retiring, grant->key, grant->id));
      step.deletes.push_back(std::move(record.key));
    }
    KAGIMORI_RETURN_IF_ERROR(store::CommitAndWait(*store, std::move(step)));
  }
  while (true) {
    KAGIMORI_ASSIGN_OR_RETURN(store::RangeResult rest, FirstOf(store, GrantRecordsPrefix(key.name), kDeletesPerStep));
    if (rest.records.empty()) return {};
    store::Transaction step = StepFor(key);
    for (store::Record& record : rest.records) step.deletes.push_back(std::move(record.key));
    KAGIMORI_RETURN_IF_ERROR(store::CommitAndWait(*store, std::move(step)));
  }
}

}  // namespace kagimori::keys
