#ifndef KAGIMORI_STORE_ROCKSDB_ROCKSDB_IMPORT_H_
#define KAGIMORI_STORE_ROCKSDB_ROCKSDB_IMPORT_H_

#include <filesystem>
#include <memory>

#include "base/result.h"
#include "store/store.h"

namespace kagimori::store {

// Makes a store's folder hold exactly what another store held at one revision, records' revisions and all, so that it
// goes on from there. Not by transactions: those would count anew, and a ledger's heads name the old numbers. Blocks.
//
// Until Finish has succeeded the folder is of no use: every record in it reads as damaged.
class RocksDbImport {
 public:
  // kConflict: the folder holds a store that is not new. `revision`: that of the copy.
  static Result<std::unique_ptr<RocksDbImport>> Begin(const std::filesystem::path& folder, Revision revision);
  ~RocksDbImport();

  // kInvalid: beyond the store's limits, of a revision that is 0 or beyond the copy's. The same key twice: the last one
  // counts.
  Result<> Add(const Record& record);

  // Everything is on stable storage when this returns; the folder can be opened.
  Result<> Finish();

 private:
  struct State;
  explicit RocksDbImport(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace kagimori::store

#endif  // KAGIMORI_STORE_ROCKSDB_ROCKSDB_IMPORT_H_
