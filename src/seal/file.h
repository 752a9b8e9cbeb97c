#ifndef KAGIMORI_SEAL_FILE_H_
#define KAGIMORI_SEAL_FILE_H_

#include <sys/types.h>

#include <filesystem>

#include "base/bytes.h"
#include "base/result.h"

namespace kagimori::seal {

// Small files of the data folder; private to the files of seal/.

// An open file that closes itself.
class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  File(File&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  File& operator=(File&&) = delete;
  ~File();
  int fd() const { return fd_; }

 private:
  int fd_;
};

// Opens a regular file for reading; follows no symbolic link in the last component. kNotFound; kIo, also when its mode
// has a bit of `forbidden` (as 0077: others may do something).
Result<File> OpenForReading(const std::filesystem::path& file, mode_t forbidden);

// The same, whole. kLimit: it is larger than `limit`.
Result<Bytes> ReadWholeFile(const std::filesystem::path& file, mode_t forbidden, size_t limit);

// All of it or nothing, mode 0600, on stable storage when this returns: written and synced under the name file + ".tmp"
// (which is replaced when a crash left one), renamed, the folder synced. Replaces `file`.
Result<> WriteFileDurably(const std::filesystem::path& file, ByteView content);

// mkdir with mode 0700 unless it is there, synced into its parent.
Result<> MakeFolder(const std::filesystem::path& folder);

// The removal is on stable storage when this returns. Nothing to remove is no error.
Result<> RemoveFileDurably(const std::filesystem::path& file);

}  // namespace kagimori::seal

#endif  // KAGIMORI_SEAL_FILE_H_
