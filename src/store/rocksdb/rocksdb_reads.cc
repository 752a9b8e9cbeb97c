#include "store/rocksdb/rocksdb_reads.h"

#include <rocksdb/snapshot.h>

#include <memory>

#include "store/rocksdb/rocksdb_format.h"
#include "store/rocksdb/rocksdb_page_cache.h"

namespace kagimori::store {
namespace {

rocksdb::ReadOptions MakeReadOptions(MayBlock may_block) {
  rocksdb::ReadOptions options = may_block == MayBlock::kYes ? rocksdb::ReadOptions() : PageCacheReads();
  options.verify_checksums = true;
  return options;
}

Result<Record> MakeRecord(std::string key, const rocksdb::Slice& stored, Revision store_revision) {
  KAGIMORI_ASSIGN_OR_RETURN(Revision revision, ParseValueRevision(stored, store_revision));
  ByteView value = ValueBytes(stored);
  return Record{std::move(key), Bytes(value.begin(), value.end()), revision};
}

// Leaves TimedOut where the disk would be needed, and ends there.
void ReadFromMemory(rocksdb::DB* db, const std::vector<rocksdb::Slice>& keys,
                    std::vector<rocksdb::PinnableSlice>* values, std::vector<rocksdb::Status>* statuses) {
  rocksdb::ManagedSnapshot snapshot(db);
  rocksdb::ReadOptions options = MakeReadOptions(MayBlock::kNo);
  options.snapshot = snapshot.snapshot();
  for (size_t i = 0; i < keys.size(); ++i) {
    // The page cache has it already, and a second copy costs more than it saves. But the revision is always asked for.
    options.fill_cache = i + 1 == keys.size();
    (*statuses)[i] = db->Get(options, db->DefaultColumnFamily(), keys[i], &(*values)[i]);
    if ((*statuses)[i].IsTimedOut()) return;
  }
}

// Walks from `request.begin`. The iterator's own status is the caller's to check.
Result<> CollectRecords(rocksdb::Iterator* it, const RangeRequest& request, RangeResult* result) {
  size_t bytes = 0;
  for (it->Seek(StoredKey(request.begin)); it->Valid(); it->Next()) {
    std::string_view key = it->key().ToStringView().substr(1);
    if (!request.end.empty() && key >= request.end) break;
    if (result->records.size() == request.limit || bytes >= kMaxRangeBytes) {
      result->more = true;
      break;
    }
    bytes += key.size() + it->value().size();
    KAGIMORI_ASSIGN_OR_RETURN(Record record, MakeRecord(std::string(key), it->value(), result->revision));
    result->records.push_back(std::move(record));
  }
  return {};
}

}  // namespace

std::optional<Result<GetResult>> ReadKeys(rocksdb::DB* db, const std::vector<std::string>& keys, MayBlock may_block) {
  std::vector<std::string> stored_keys;
  stored_keys.reserve(keys.size());
  for (const std::string& key : keys) stored_keys.push_back(StoredKey(key));
  std::vector<rocksdb::Slice> slices(stored_keys.begin(), stored_keys.end());
  slices.emplace_back(kRevisionKey);
  std::vector<rocksdb::PinnableSlice> values(slices.size());
  std::vector<rocksdb::Status> statuses(slices.size());
  if (may_block == MayBlock::kYes) {
    // One column family is read at one snapshot.
    db->MultiGet(MakeReadOptions(may_block), db->DefaultColumnFamily(), slices.size(), slices.data(), values.data(),
                 statuses.data());
  } else {
    ReadFromMemory(db, slices, &values, &statuses);
  }
  for (const rocksdb::Status& status : statuses) {
    if (status.IsTimedOut() && may_block == MayBlock::kNo) return std::nullopt;
    if (!status.ok() && !status.IsNotFound()) return ToError("reading records", status);
  }
  if (statuses.back().IsNotFound()) return Fail(ErrorKind::kCorrupt, "the store has no revision");
  auto revision = ParseRevision(values.back());
  if (!revision) return std::unexpected(revision.error());
  GetResult result{.records = {}, .revision = *revision};
  result.records.reserve(keys.size());
  for (size_t i = 0; i < keys.size(); ++i) {
    if (statuses[i].IsNotFound()) {
      result.records.emplace_back();
      continue;
    }
    auto record = MakeRecord(keys[i], values[i], *revision);
    if (!record) return std::unexpected(record.error());
    result.records.emplace_back(*std::move(record));
  }
  return result;
}

std::optional<Result<RangeResult>> ReadRange(rocksdb::DB* db, const RangeRequest& request, MayBlock may_block,
                                             const rocksdb::Snapshot* snapshot) {
  rocksdb::ReadOptions options = MakeReadOptions(may_block);
  options.snapshot = snapshot;
  options.fill_cache = snapshot == nullptr;  // what reads the whole store once must not push out what is in use
  // An iterator reads at one snapshot, so it finds the revision as well.
  std::unique_ptr<rocksdb::Iterator> it(db->NewIterator(options));
  RangeResult result;
  it->Seek(rocksdb::Slice(kRevisionKey));
  Result<> collected;
  if (it->Valid() && it->key() == rocksdb::Slice(kRevisionKey)) {
    auto revision = ParseRevision(it->value());
    if (!revision) return std::unexpected(revision.error());
    result.revision = *revision;
    collected = CollectRecords(it.get(), request, &result);
  } else if (it->status().ok()) {
    return Fail(ErrorKind::kCorrupt, "the store has no revision");
  }
  if (it->status().IsTimedOut() && may_block == MayBlock::kNo) return std::nullopt;
  if (!it->status().ok()) return ToError("reading a range", it->status());
  if (!collected) return std::unexpected(collected.error());
  return result;
}

Result<std::optional<Record>> ReadRecord(rocksdb::DB* db, const std::string& key, Revision store_revision) {
  rocksdb::PinnableSlice value;
  rocksdb::Status status = db->Get(MakeReadOptions(MayBlock::kYes), db->DefaultColumnFamily(), StoredKey(key), &value);
  if (status.IsNotFound()) return std::nullopt;
  if (!status.ok()) return ToError("reading a record", status);
  return MakeRecord(key, value, store_revision);
}

}  // namespace kagimori::store
