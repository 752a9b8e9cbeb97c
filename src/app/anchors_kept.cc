#include "app/anchors_kept.h"

#include <string>
#include <utility>

#include "seal/path.h"
#include "seal/sealed_record.h"
#include "store/blocking.h"

namespace kagimori::app {

std::string AnchorsKeptPath() { return seal::Path(seal::RecordType::kAnchorsKept).text(); }

Result<bool> AnchorsAreKept(const seal::KeyHierarchy& hierarchy, store::Store* store) {
  const std::string path = AnchorsKeptPath();
  KAGIMORI_ASSIGN_OR_RETURN(const store::GetResult found, store::GetAndWait(*store, {path}));
  if (!found.records[0]) return false;
  KAGIMORI_RETURN_IF_ERROR(seal::OpenRecord(hierarchy, path, seal::kNoAccount, found.records[0]->value));
  return true;
}

Result<> NoteAnchorsKept(const seal::KeyHierarchy& hierarchy, store::Store* store) {
  const std::string path = AnchorsKeptPath();
  store::Transaction transaction;
  transaction.preconditions.push_back({path, 0});
  transaction.puts.push_back(
      {path, seal::SealRecord(hierarchy, {.path = path, .account = seal::kNoAccount, .version = 1}, "")});
  auto committed = store::CommitAndWait(*store, std::move(transaction));
  if (!committed && committed.error().kind != ErrorKind::kConflict) {
    return std::unexpected(std::move(committed).error());
  }
  return {};
}

}  // namespace kagimori::app
