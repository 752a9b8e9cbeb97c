#ifndef KAGIMORI_AUDIT_FILES_H_
#define KAGIMORI_AUDIT_FILES_H_

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace kagimori::audit {

// A file descriptor that is closed once.
class File {
 public:
  File() = default;
  explicit File(int fd) : fd_(fd) {}
  File(File&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  File& operator=(File&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~File();
  int fd() const { return fd_; }

  // Opens a regular file; symbolic links are not followed. kNotFound when there is none.
  static Result<File> Open(const std::filesystem::path& path, int flags);
  Result<> WriteAll(std::string_view text) const;
  Result<> Sync() const;      // fsync; kIo whatever the reason
  Result<> SyncData() const;  // fdatasync

 private:
  int fd_ = -1;
};

// "doing what: path: reason" of errno. kNotFound, kLimit when the disk or a quota is full, else kIo.
std::unexpected<Error> FailErrno(std::string_view doing, const std::filesystem::path& path);
Result<> SyncFolder(const std::filesystem::path& folder);
// Makes the folder (0700), and those above it, when they are not there; when it returns, their names are on stable
// storage.
Result<> MakeFolder(const std::filesystem::path& folder);
// Renames a synced file within its folder and syncs the folder.
Result<> Publish(const std::filesystem::path& from, const std::filesystem::path& to);

// audit-0000000001.jsonl, and .zst behind it once compressed.
std::string PlainName(uint64_t number);
std::string CompressedName(uint64_t number);

struct Listing {
  struct Forms {
    bool plain = false;
    bool compressed = false;
  };
  std::map<uint64_t, Forms> files;
  std::vector<std::string> side_files;  // *.torn-*
  std::vector<std::string> temporary;   // *.tmp
};
Result<Listing> List(const std::filesystem::path& folder);

}  // namespace kagimori::audit

#endif  // KAGIMORI_AUDIT_FILES_H_
