#include "app/data_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace kagimori::app {
namespace {

namespace fs = std::filesystem;

constexpr char kLockName[] = "lock";
constexpr char kUnfinishedName[] = "unfinished";

std::unexpected<Error> IoError(const char* what, const fs::path& path, int error) {
  return Fail(error == ENOENT ? ErrorKind::kNotFound : ErrorKind::kIo,
              std::string("cannot ") + what + " " + path.string() + ": " + strerror(error));
}

Result<> SyncFolder(const fs::path& folder) {
  int fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return IoError("open", folder, errno);
  const int error = fsync(fd) == 0 ? 0 : errno;
  close(fd);
  if (error != 0) return IoError("sync", folder, error);
  return {};
}

Result<> CheckPrivate(const fs::path& folder) {
  struct stat status;
  if (stat(folder.c_str(), &status) != 0) return IoError("look at", folder, errno);
  if (!S_ISDIR(status.st_mode)) return Fail(ErrorKind::kIo, folder.string() + " is not a folder");
  if (status.st_uid != geteuid()) return Fail(ErrorKind::kIo, folder.string() + " belongs to another user");
  if ((status.st_mode & 0077) != 0) {
    return Fail(ErrorKind::kIo, folder.string() + " is open to other users; chmod it to 0700");
  }
  return {};
}

// " (process 123)", from what the holder wrote into the lock file; a guess for people, nothing decides by it.
std::string Holder(int lock) {
  char text[16];
  const ssize_t got = pread(lock, text, sizeof(text), 0);
  std::string_view pid(text, static_cast<size_t>(std::max<ssize_t>(got, 0)));
  pid = pid.substr(0, pid.find('\n'));
  if (pid.empty() || pid.find_first_not_of("0123456789") != std::string_view::npos) return "";
  return " (process " + std::string(pid) + ")";
}

Result<int> TakeLock(const fs::path& folder) {
  const fs::path file = folder / kLockName;
  const int lock = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
  if (lock < 0) return IoError("open", file, errno);
  if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
    const int error = errno;
    const std::string holder = error == EWOULDBLOCK ? Holder(lock) : "";
    close(lock);
    if (error != EWOULDBLOCK) return IoError("lock", file, error);
    return Fail(ErrorKind::kUnavailable,
                "the data folder " + folder.string() + " is in use by another process" + holder);
  }
  const std::string pid = std::to_string(getpid()) + "\n";
  // Informative: a full disk must not keep the program from starting.
  if (ftruncate(lock, 0) != 0 || pwrite(lock, pid.data(), pid.size(), 0) < 0) errno = 0;
  return lock;
}

// 0700 for every folder that is made: umask and default ACLs can only take away from mkdir's mode.
Result<> MakeFolders(const fs::path& folder) {
  if (mkdir(folder.c_str(), 0700) == 0) return SyncFolder(folder.has_parent_path() ? folder.parent_path() : ".");
  if (errno == EEXIST) return {};
  if (errno != ENOENT || !folder.has_parent_path() || folder.parent_path() == folder) {
    return IoError("make", folder, errno);
  }
  KAGIMORI_RETURN_IF_ERROR(MakeFolders(folder.parent_path()));
  if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return IoError("make", folder, errno);
  return SyncFolder(folder.parent_path());
}

// "a/b/" and "a/b" are the same folder; the first has an empty last component.
fs::path Normal(const fs::path& folder) {
  fs::path normal = folder.lexically_normal();
  return normal.has_filename() || !normal.has_parent_path() ? normal : normal.parent_path();
}

}  // namespace

Result<DataFolder> DataFolder::OpenOrCreate(const fs::path& folder) {
  if (folder.empty()) return Fail(ErrorKind::kInvalid, "the data folder has an empty name");
  KAGIMORI_RETURN_IF_ERROR(MakeFolders(Normal(folder)));
  return Open(folder);
}

Result<DataFolder> DataFolder::Open(const fs::path& folder) {
  if (folder.empty()) return Fail(ErrorKind::kInvalid, "the data folder has an empty name");
  const fs::path normal = Normal(folder);
  KAGIMORI_RETURN_IF_ERROR(CheckPrivate(normal));
  KAGIMORI_ASSIGN_OR_RETURN(const int lock, TakeLock(normal));
  return DataFolder(normal, lock);
}

DataFolder::DataFolder(DataFolder&& other) noexcept
    : path_(std::move(other.path_)), lock_(std::exchange(other.lock_, -1)) {}

// The file stays: removing it would let a second process lock another file of the same name.
DataFolder::~DataFolder() {
  if (lock_ >= 0) close(lock_);
}

Result<bool> DataFolder::IsEmpty() const {
  std::error_code error;
  for (fs::directory_iterator at(path_, error), end; !error && at != end; at.increment(error)) {
    if (at->path().filename() != kLockName) return false;
  }
  if (error) return IoError("read", path_, error.value());
  return true;
}

bool DataFolder::IsUnfinished() const {
  struct stat status;
  return lstat((path_ / kUnfinishedName).c_str(), &status) == 0;
}

Result<> DataFolder::BeginFilling() {
  KAGIMORI_RETURN_IF_ERROR(Discard());
  KAGIMORI_ASSIGN_OR_RETURN(const bool empty, IsEmpty());
  if (!empty) return Fail(ErrorKind::kConflict, "the folder " + path_.string() + " is not empty");
  const fs::path mark = path_ / kUnfinishedName;
  const int fd = open(mark.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return IoError("make", mark, errno);
  close(fd);
  return SyncFolder(path_);
}

Result<> DataFolder::FinishFilling() {
  const fs::path mark = path_ / kUnfinishedName;
  if (unlink(mark.c_str()) != 0) return IoError("remove", mark, errno);
  return SyncFolder(path_);
}

Result<> DataFolder::Discard() {
  if (!IsUnfinished()) return {};
  std::error_code error;
  for (fs::directory_iterator at(path_, error), end; !error && at != end; at.increment(error)) {
    const fs::path name = at->path().filename();
    if (name == kLockName || name == kUnfinishedName) continue;
    std::error_code removal;
    fs::remove_all(at->path(), removal);  // follows no symbolic link
    if (removal) return IoError("remove", at->path(), removal.value());
  }
  if (error) return IoError("read", path_, error.value());
  // The mark goes last, when the rest is gone for good.
  KAGIMORI_RETURN_IF_ERROR(SyncFolder(path_));
  return FinishFilling();
}

}  // namespace kagimori::app
