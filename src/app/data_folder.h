#ifndef KAGIMORI_APP_DATA_FOLDER_H_
#define KAGIMORI_APP_DATA_FOLDER_H_

#include <filesystem>

#include "base/result.h"

namespace kagimori::app {

// A data folder that this process alone holds, until the object goes or the process ends.
//
// A folder is filled in one go or not at all: BeginFilling leaves a mark on the disk that FinishFilling takes away. A
// folder that still bears it (a crash) holds nothing that anybody was told of, and the next BeginFilling clears it.
class DataFolder {
 public:
  // Makes the folder (0700) and the ones above it when they are not there. kIo: it belongs to another user or others
  // can enter it; kUnavailable: another process holds it (the text names it).
  static Result<DataFolder> OpenOrCreate(const std::filesystem::path& folder);
  // kNotFound: there is no such folder.
  static Result<DataFolder> Open(const std::filesystem::path& folder);

  DataFolder(DataFolder&& other) noexcept;
  DataFolder& operator=(DataFolder&&) = delete;
  ~DataFolder();

  const std::filesystem::path& path() const { return path_; }

  // Nothing is in it but the lock.
  Result<bool> IsEmpty() const;
  // It bears the mark of an unfinished filling.
  bool IsUnfinished() const;

  // kConflict when the folder holds something that no unfinished filling left there.
  Result<> BeginFilling();
  Result<> FinishFilling();
  // Removes what came since BeginFilling. REQUIRES: nothing has files of the folder open. Does nothing when there is no
  // mark.
  Result<> Discard();

 private:
  DataFolder(std::filesystem::path path, int lock) : path_(std::move(path)), lock_(lock) {}

  std::filesystem::path path_;
  int lock_ = -1;
};

}  // namespace kagimori::app

#endif  // KAGIMORI_APP_DATA_FOLDER_H_
