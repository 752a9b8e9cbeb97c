#include "store/rocksdb/rocksdb_import.h"

#include <rocksdb/write_batch.h>

#include <string>
#include <utility>

#include "store/rocksdb/rocksdb_format.h"
#include "store/rocksdb/rocksdb_open.h"

namespace kagimori::store {
namespace {

constexpr size_t kBatchBytes = 1024 * 1024;

}  // namespace

struct RocksDbImport::State {
  State(Database opened, Revision of_copy) : database(std::move(opened)), revision(of_copy) {}

  Result<> Write(bool sync) {
    rocksdb::WriteOptions options;
    options.sync = sync;
    if (rocksdb::Status status = database.db->Write(options, &batch); !status.ok()) {
      return ToError("writing the copy of a store", status);
    }
    batch.Clear();
    return {};
  }

  Database database;
  const Revision revision;
  rocksdb::WriteBatch batch;
  std::string value;  // reused
};

RocksDbImport::RocksDbImport(std::unique_ptr<State> state) : state_(std::move(state)) {}
RocksDbImport::~RocksDbImport() = default;

Result<std::unique_ptr<RocksDbImport>> RocksDbImport::Begin(const std::filesystem::path& folder, Revision revision) {
  KAGIMORI_ASSIGN_OR_RETURN(Database database, OpenDatabase({.folder = folder}));
  const std::unique_ptr<rocksdb::Iterator> at(database.db->NewIterator({}));
  at->Seek(rocksdb::Slice(&kRecordPrefix, 1));
  if (!at->status().ok()) return ToError("reading a new store", at->status());
  if (database.revision != 0 || at->Valid()) {
    return Fail(ErrorKind::kConflict, "the store in " + folder.string() + " is not new");
  }
  return std::unique_ptr<RocksDbImport>(new RocksDbImport(std::make_unique<State>(std::move(database), revision)));
}

Result<> RocksDbImport::Add(const Record& record) {
  State& s = *state_;
  const bool fits = !record.key.empty() && record.key.size() <= kMaxKeySize && record.value.size() <= kMaxValueSize &&
                    record.revision > 0 && record.revision <= s.revision;
  if (!fits) return Fail(ErrorKind::kInvalid, "a record that a store cannot hold");
  s.value.clear();
  AppendStoredValue(record.revision, record.value, &s.value);
  if (rocksdb::Status status = s.batch.Put(StoredKey(record.key), s.value); !status.ok()) {
    return ToError("copying a record", status);
  }
  return s.batch.GetDataSize() < kBatchBytes ? Result<>() : s.Write(/*sync=*/false);
}

// The revision goes last, and its sync covers all that the log holds before it.
Result<> RocksDbImport::Finish() {
  State& s = *state_;
  if (rocksdb::Status status = s.batch.Put(rocksdb::Slice(kRevisionKey), StoredRevision(s.revision)); !status.ok()) {
    return ToError("setting the store's revision", status);
  }
  return s.Write(/*sync=*/true);
}

}  // namespace kagimori::store
