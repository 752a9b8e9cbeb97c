#ifndef KAGIMORI_STORE_TESTING_ROCKSDB_FAULT_FILE_SYSTEM_H_
#define KAGIMORI_STORE_TESTING_ROCKSDB_FAULT_FILE_SYSTEM_H_

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <atomic>
#include <memory>
#include <string>

namespace kagimori::store::testing {

// The real file system, whose files fail when told to. Outlives every store that uses it.
class FaultFileSystem : public rocksdb::FileSystemWrapper {
 public:
  FaultFileSystem() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}

  enum class Fault { kNone, kSync, kAppend };

  // From now on `fault` happens to every file whose name ends with `suffix`.
  void Arm(Fault fault, std::string suffix);

  const char* Name() const override { return "FaultFileSystem"; }
  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* debug) override;

  bool Fails(Fault fault, const std::string& name) const;

 private:
  std::atomic<Fault> fault_{Fault::kNone};
  std::string suffix_;  // written before fault_ is armed
};

}  // namespace kagimori::store::testing

#endif  // KAGIMORI_STORE_TESTING_ROCKSDB_FAULT_FILE_SYSTEM_H_
