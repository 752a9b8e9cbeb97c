#include "app/output_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

namespace kagimori::app {
namespace {

std::unexpected<Error> IoError(const char* what, const std::filesystem::path& path) {
  const int error = errno;
  return Fail(error == ENOENT ? ErrorKind::kNotFound : ErrorKind::kIo,
              std::string("cannot ") + what + " " + path.string() + ": " + strerror(error));
}

Result<> SyncFolder(const std::filesystem::path& folder) {
  const Descriptor opened(open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.get() < 0 || fsync(opened.get()) != 0) return IoError("sync", folder);
  return {};
}

std::unexpected<Error> Taken(const std::filesystem::path& file) {
  return Fail(ErrorKind::kConflict, file.string() + " is there already; it is not written over");
}

}  // namespace

Result<OutputFile> OutputFile::Create(const std::filesystem::path& file) {
  struct stat there;
  if (lstat(file.c_str(), &there) == 0) return Taken(file);
  std::string temporary = file.string() + ".XXXXXX.tmp";
  const int fd = mkostemps(temporary.data(), 4, O_CLOEXEC);  // 0600
  if (fd < 0) return IoError("make", file);
  return OutputFile(file, std::move(temporary), fd);
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : file_(std::move(other.file_)),
      temporary_(std::exchange(other.temporary_, std::string())),
      fd_(std::move(other.fd_)) {}

OutputFile::~OutputFile() {
  if (!temporary_.empty()) unlink(temporary_.c_str());
}

Result<> OutputFile::Write(ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd_.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return IoError("write", file_);
    bytes = bytes.subspan(static_cast<size_t>(written));
  }
  return {};
}

Result<> OutputFile::Finish() {
  if (fsync(fd_.get()) != 0) return IoError("sync", file_);
  if (renameat2(AT_FDCWD, temporary_.c_str(), AT_FDCWD, file_.c_str(), RENAME_NOREPLACE) != 0) {
    // A file system that cannot promise this (NFS) gets the plain form: Create has looked.
    if (errno == EEXIST) return Taken(file_);
    if (errno != EINVAL || rename(temporary_.c_str(), file_.c_str()) != 0) return IoError("name", file_);
  }
  temporary_.clear();
  return SyncFolder(file_.parent_path());
}

Result<std::function<Result<size_t>(MutableByteView)>> ReadFileFrom(const std::filesystem::path& file) {
  auto opened = std::make_shared<Descriptor>(open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (opened->get() < 0) return IoError("open", file);
  posix_fadvise(opened->get(), 0, 0, POSIX_FADV_SEQUENTIAL);
  return [opened, file](MutableByteView out) -> Result<size_t> {
    while (true) {
      const ssize_t got = read(opened->get(), out.data(), out.size());
      if (got >= 0) return static_cast<size_t>(got);
      if (errno != EINTR) return IoError("read", file);
    }
  };
}

}  // namespace kagimori::app
