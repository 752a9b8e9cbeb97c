#include "store/rocksdb/rocksdb_page_cache.h"

#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <utility>

namespace kagimori::store {
namespace {

// A file's own descriptor for what must not wait; -1 when it could not be opened, so that everything waits.
class PageCacheFile : public rocksdb::FSRandomAccessFileOwnerWrapper {
 public:
  PageCacheFile(std::unique_ptr<rocksdb::FSRandomAccessFile> target, int descriptor)
      : FSRandomAccessFileOwnerWrapper(std::move(target)), descriptor_(descriptor) {}
  PageCacheFile(const PageCacheFile&) = delete;
  PageCacheFile& operator=(const PageCacheFile&) = delete;
  ~PageCacheFile() override {
    if (descriptor_ >= 0) close(descriptor_);
  }

  rocksdb::IOStatus Read(uint64_t offset, size_t size, const rocksdb::IOOptions& options, rocksdb::Slice* result,
                         char* scratch, rocksdb::IODebugContext* debug) const override {
    if (options.timeout.count() == 0) {
      return FSRandomAccessFileOwnerWrapper::Read(offset, size, options, result, scratch, debug);
    }
    iovec into{.iov_base = scratch, .iov_len = size};
    const ssize_t got = preadv2(descriptor_, &into, 1, static_cast<off_t>(offset), RWF_NOWAIT);
    // Less than all of it is for the reader thread too, as is an error: it will see the same, and say so.
    if (got < 0 || static_cast<size_t>(got) != size) return rocksdb::IOStatus::TimedOut();
    *result = rocksdb::Slice(scratch, size);
    return rocksdb::IOStatus::OK();
  }

 private:
  const int descriptor_;
};

class PageCacheFileSystem : public rocksdb::FileSystemWrapper {
 public:
  using FileSystemWrapper::FileSystemWrapper;

  const char* Name() const override { return "PageCacheFileSystem"; }

  rocksdb::IOStatus NewRandomAccessFile(const std::string& name, const rocksdb::FileOptions& options,
                                        std::unique_ptr<rocksdb::FSRandomAccessFile>* file,
                                        rocksdb::IODebugContext* debug) override {
    std::unique_ptr<rocksdb::FSRandomAccessFile> opened;
    rocksdb::IOStatus status = FileSystemWrapper::NewRandomAccessFile(name, options, &opened, debug);
    if (!status.ok()) return status;
    *file = std::make_unique<PageCacheFile>(std::move(opened), open(name.c_str(), O_RDONLY | O_CLOEXEC));
    return status;
  }
};

}  // namespace

std::shared_ptr<rocksdb::FileSystem> WithPageCacheReads(std::shared_ptr<rocksdb::FileSystem> target) {
  return std::make_shared<PageCacheFileSystem>(std::move(target));
}

rocksdb::ReadOptions PageCacheReads() {
  rocksdb::ReadOptions options;
  options.io_timeout = std::chrono::microseconds(1);
  return options;
}

}  // namespace kagimori::store
