#include "store/testing/rocksdb_fault_file_system.h"

#include <utility>

namespace kagimori::store::testing {
namespace {

using rocksdb::IOStatus;

class FaultFile : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  FaultFile(std::unique_ptr<rocksdb::FSWritableFile> file, std::string name, const FaultFileSystem* faults)
      : FSWritableFileOwnerWrapper(std::move(file)), name_(std::move(name)), faults_(faults) {}

  IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                  rocksdb::IODebugContext* debug) override {
    if (faults_->Fails(FaultFileSystem::Fault::kAppend, name_)) return IOStatus::NoSpace("injected");
    return FSWritableFileOwnerWrapper::Append(data, options, debug);
  }
  IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                  const rocksdb::DataVerificationInfo& info, rocksdb::IODebugContext* debug) override {
    if (faults_->Fails(FaultFileSystem::Fault::kAppend, name_)) return IOStatus::NoSpace("injected");
    return FSWritableFileOwnerWrapper::Append(data, options, info, debug);
  }
  IOStatus Sync(const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) override {
    if (faults_->Fails(FaultFileSystem::Fault::kSync, name_)) return IOStatus::IOError("injected");
    return FSWritableFileOwnerWrapper::Sync(options, debug);
  }
  IOStatus Fsync(const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) override {
    if (faults_->Fails(FaultFileSystem::Fault::kSync, name_)) return IOStatus::IOError("injected");
    return FSWritableFileOwnerWrapper::Fsync(options, debug);
  }

 private:
  const std::string name_;
  const FaultFileSystem* const faults_;
};

}  // namespace

void FaultFileSystem::Arm(Fault fault, std::string suffix) {
  suffix_ = std::move(suffix);
  fault_ = fault;
}

bool FaultFileSystem::Fails(Fault fault, const std::string& name) const {
  return fault_ == fault && name.ends_with(suffix_);
}

IOStatus FaultFileSystem::NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                          std::unique_ptr<rocksdb::FSWritableFile>* file,
                                          rocksdb::IODebugContext* debug) {
  IOStatus status = FileSystemWrapper::NewWritableFile(name, options, file, debug);
  if (status.ok()) *file = std::make_unique<FaultFile>(std::move(*file), name, this);
  return status;
}

}  // namespace kagimori::store::testing
