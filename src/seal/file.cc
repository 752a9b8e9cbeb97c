#include "seal/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>

namespace kagimori::seal {
namespace {

std::unexpected<Error> IoError(const char* what, const std::filesystem::path& file) {
  int error = errno;
  return Fail(error == ENOENT ? ErrorKind::kNotFound : ErrorKind::kIo,
              std::string(what) + " " + file.string() + ": " + strerror(error));
}

Result<> SyncFolder(const std::filesystem::path& folder) {
  File opened(open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.fd() < 0) return IoError("open", folder);
  if (fsync(opened.fd()) != 0) return IoError("fsync", folder);
  return {};
}

Result<> WriteAll(int fd, ByteView content, const std::filesystem::path& file) {
  while (!content.empty()) {
    ssize_t written = write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return IoError("write", file);
    content = content.subspan(static_cast<size_t>(written));
  }
  return {};
}

}  // namespace

File::~File() {
  if (fd_ >= 0) close(fd_);
}

Result<File> OpenForReading(const std::filesystem::path& file, mode_t forbidden) {
  // Not blocking, so that a FIFO in the file's place does not hang the program before fstat refuses it.
  File opened(open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK));
  if (opened.fd() < 0) return IoError("open", file);
  struct stat status;
  if (fstat(opened.fd(), &status) != 0) return IoError("stat", file);
  if (!S_ISREG(status.st_mode)) return Fail(ErrorKind::kIo, file.string() + " is not a regular file");
  if ((status.st_mode & forbidden) != 0) {
    return Fail(ErrorKind::kIo, file.string() + " is open to other users; chmod it to 0600");
  }
  return opened;
}

Result<Bytes> ReadWholeFile(const std::filesystem::path& file, mode_t forbidden, size_t limit) {
  KAGIMORI_ASSIGN_OR_RETURN(File opened, OpenForReading(file, forbidden));
  Bytes content(limit + 1);
  size_t used = 0;
  while (used < content.size()) {
    ssize_t got = read(opened.fd(), content.data() + used, content.size() - used);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return IoError("read", file);
    if (got == 0) {
      content.resize(used);
      return content;
    }
    used += static_cast<size_t>(got);
  }
  return Fail(ErrorKind::kLimit, file.string() + " is longer than " + std::to_string(limit) + " bytes");
}

Result<> WriteFileDurably(const std::filesystem::path& file, ByteView content) {
  std::filesystem::path temporary = file;
  temporary += ".tmp";
  if (unlink(temporary.c_str()) != 0 && errno != ENOENT) return IoError("unlink", temporary);
  {
    File opened(open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (opened.fd() < 0) return IoError("create", temporary);
    // The umask may have taken bits away but added none; a default ACL could.
    if (fchmod(opened.fd(), 0600) != 0) return IoError("chmod", temporary);
    KAGIMORI_RETURN_IF_ERROR(WriteAll(opened.fd(), content, temporary));
    if (fsync(opened.fd()) != 0) return IoError("fsync", temporary);
  }
  if (rename(temporary.c_str(), file.c_str()) != 0) return IoError("rename", temporary);
  return SyncFolder(file.parent_path());
}

Result<> MakeFolder(const std::filesystem::path& folder) {
  if (mkdir(folder.c_str(), 0700) != 0) {
    if (errno != EEXIST) return IoError("mkdir", folder);
    return {};
  }
  return SyncFolder(folder.parent_path());
}

Result<> RemoveFileDurably(const std::filesystem::path& file) {
  if (unlink(file.c_str()) != 0) {
    if (errno != ENOENT) return IoError("unlink", file);
    return {};
  }
  return SyncFolder(file.parent_path());
}

}  // namespace kagimori::seal
