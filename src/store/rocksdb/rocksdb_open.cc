#include "store/rocksdb/rocksdb_open.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <rocksdb/cache.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/listener.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>
#include <utility>

#include "base/format_version.h"
#include "base/log.h"
#include "store/rocksdb/rocksdb_format.h"
#include "store/rocksdb/rocksdb_log_check.h"
#include "store/rocksdb/rocksdb_page_cache.h"

namespace kagimori::store {
namespace {

std::unexpected<Error> IoError(std::string_view doing, const std::filesystem::path& path) {
  return Fail(ErrorKind::kIo, fmt::format("{} {}: {}", doing, path.string(), std::generic_category().message(errno)));
}

Result<> SyncFolder(const std::filesystem::path& folder) {
  int descriptor = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return IoError("opening", folder);
  int failed = fsync(descriptor);
  Result<> result;
  if (failed) result = IoError("syncing", folder);
  close(descriptor);
  return result;
}

// A new folder's name is on stable storage before anything in it is acknowledged; RocksDB syncs only the folder itself.
Result<> MakeFolder(const std::filesystem::path& folder) {
  if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return IoError("making", folder);
  std::filesystem::path absolute = std::filesystem::absolute(folder).lexically_normal();
  if (!absolute.has_filename()) absolute = absolute.parent_path();  // it ended with a slash
  return SyncFolder(absolute.parent_path());
}

Result<FolderLock> LockFolder(const std::filesystem::path& folder) {
  std::filesystem::path path = folder / "kagimori.lock";
  int descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor < 0) return IoError("opening", path);
  FolderLock lock(descriptor);
  if (flock(descriptor, LOCK_EX | LOCK_NB) == 0) return lock;
  if (errno != EWOULDBLOCK) return IoError("locking", path);
  return Fail(ErrorKind::kUnavailable,
              fmt::format("the store in {} is in use by another process, or twice by this one", folder.string()));
}

// RocksDB retries some failures by itself and turns read-only after others. A failed write or sync in the background is
// as final as one in the foreground; found damage only stops the commits.
class BackgroundErrors : public rocksdb::EventListener {
 public:
  explicit BackgroundErrors(std::shared_ptr<std::atomic<bool>> damaged) : damaged_(std::move(damaged)) {}

  void OnBackgroundError(rocksdb::BackgroundErrorReason, rocksdb::Status* status) override {
    if (!status->IsCorruption()) EndProcess("the store cannot write in the background", *status);
    damaged_->store(true);
    log::Error("the store is damaged and takes no more commits", {{"status", status->ToString()}});
  }

 private:
  std::shared_ptr<std::atomic<bool>> damaged_;
};

rocksdb::Options MakeOptions(const RocksDbOptions& options, rocksdb::Env* env,
                             std::shared_ptr<std::atomic<bool>> damaged) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(options.cache_bytes);
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.checksum = rocksdb::kXXH3;

  rocksdb::Options made;
  made.env = env;
  made.create_if_missing = true;
  made.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  made.compression = rocksdb::kNoCompression;  // records are sealed: nothing to gain
  made.write_buffer_size = options.write_buffer_bytes;
  // Every commit looks for an earlier record of each key that it writes, and most have none.
  made.memtable_prefix_bloom_size_ratio = 0.05;  // of the write buffer
  made.memtable_whole_key_filtering = true;
  made.max_total_wal_size = 4 * options.write_buffer_bytes;
  made.max_open_files = -1;  // every table's index stays at hand, so that hot reads do not block
  made.max_background_jobs = 2;
  made.paranoid_checks = true;
  made.paranoid_file_checks = true;  // what a flush or compaction wrote is read back before its input goes
  made.verify_sst_unique_id_in_manifest = true;
  made.track_and_verify_wals_in_manifest = true;
  made.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;  // see rocksdb_log_check.h
  made.recycle_log_file_num = 0;                                                     // CheckLog counts on it
  made.wal_compression = rocksdb::kNoCompression;                                    // CheckLog counts on it
  made.max_bgerror_resume_count = 0;
  made.listeners.push_back(std::make_shared<BackgroundErrors>(std::move(damaged)));
  made.info_log_level = rocksdb::WARN_LEVEL;
  made.max_log_file_size = 1024 * 1024;
  made.keep_log_file_num = 4;
  return made;
}

// Reads the store's revision; a store that has none yet gets its first two records.
Result<Revision> ReadRevision(rocksdb::DB* db, bool sync) {
  rocksdb::ReadOptions read;
  std::unique_ptr<rocksdb::Iterator> first(db->NewIterator(read));
  first->SeekToFirst();
  if (!first->status().ok()) return ToError("reading the first record", first->status());
  if (!first->Valid()) {
    rocksdb::WriteBatch batch;
    batch.Put(rocksdb::Slice(kFormatKey), rocksdb::Slice(kFormatVersion));
    batch.Put(rocksdb::Slice(kRevisionKey), StoredRevision(0));
    rocksdb::WriteOptions write;
    write.sync = sync;
    if (rocksdb::Status status = db->Write(write, &batch); !status.ok()) EndProcess("a new store cannot write", status);
    return Revision{0};
  }
  std::string stored;
  rocksdb::Status status = db->Get(read, rocksdb::Slice(kFormatKey), &stored);
  if (status.IsNotFound()) return Fail(ErrorKind::kCorrupt, "the store has no format record");
  if (!status.ok()) return ToError("reading the format", status);
  if (stored != kFormatVersion) {
    const uint8_t found = stored.size() == 1 ? static_cast<uint8_t>(stored[0]) : 0;
    return Fail(ErrorKind::kInvalid, UnknownFormat("the store", found, static_cast<uint8_t>(kFormatVersion[0])));
  }
  status = db->Get(read, rocksdb::Slice(kRevisionKey), &stored);
  if (status.IsNotFound()) return Fail(ErrorKind::kCorrupt, "the store has no revision");
  if (!status.ok()) return ToError("reading the revision", status);
  return ParseRevision(stored);
}

}  // namespace

FolderLock::~FolderLock() {
  if (descriptor_ >= 0) close(descriptor_);
}

Result<Database> OpenDatabase(const RocksDbOptions& options) {
  KAGIMORI_RETURN_IF_ERROR(MakeFolder(options.folder));
  KAGIMORI_ASSIGN_OR_RETURN(FolderLock lock, LockFolder(options.folder));
  KAGIMORI_RETURN_IF_ERROR(CheckLogs(options.folder));
  auto damaged = std::make_shared<std::atomic<bool>>(false);
  rocksdb::Env* below = options.env != nullptr ? options.env : rocksdb::Env::Default();
  std::unique_ptr<rocksdb::Env> env = rocksdb::NewCompositeEnv(WithPageCacheReads(below->GetFileSystem()));
  rocksdb::DB* opened = nullptr;
  rocksdb::Status status =
      rocksdb::DB::Open(MakeOptions(options, env.get(), damaged), options.folder.string(), &opened);
  std::unique_ptr<rocksdb::DB> db(opened);
  if (!status.ok()) return ToError(fmt::format("opening the store in {}", options.folder.string()), status);
  KAGIMORI_ASSIGN_OR_RETURN(Revision revision, ReadRevision(db.get(), options.sync));
  return Database{std::move(lock), std::move(damaged), std::move(env), std::move(db), revision};
}

void EndProcess(std::string_view what, const rocksdb::Status& status) {
  log::Error(what, {{"status", status.ToString()}});
  std::_Exit(RocksDbStore::kExitStoreFailed);
}

}  // namespace kagimori::store
