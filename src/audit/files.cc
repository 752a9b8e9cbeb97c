#include "audit/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <system_error>

namespace kagimori::audit {

std::unexpected<Error> FailErrno(std::string_view doing, const std::filesystem::path& path) {
  int error = errno;
  ErrorKind kind = error == ENOENT                      ? ErrorKind::kNotFound
                   : error == ENOSPC || error == EDQUOT ? ErrorKind::kLimit
                                                        : ErrorKind::kIo;
  return Fail(kind, fmt::format("{} {}: {}", doing, path.string(), std::generic_category().message(error)));
}

File::~File() {
  if (fd_ >= 0) close(fd_);
}

Result<File> File::Open(const std::filesystem::path& path, int flags) {
  // O_NONBLOCK: a FIFO in the folder must not hang us before fstat has seen it.
  File file(open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600));
  if (file.fd_ < 0) return FailErrno("open", path);
  struct stat info{};
  if (fstat(file.fd_, &info) != 0) return FailErrno("stat", path);
  if (!S_ISREG(info.st_mode)) return Fail(ErrorKind::kIo, "not a regular file: " + path.string());
  return file;
}

Result<> File::WriteAll(std::string_view text) const {
  while (!text.empty()) {
    ssize_t written = write(fd_, text.data(), text.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return FailErrno("write", "the audit log");
    }
    if (written == 0) return Fail(ErrorKind::kIo, "write to the audit log: nothing written");
    text.remove_prefix(static_cast<size_t>(written));
  }
  return {};
}

namespace {

// Whatever the reason: what was written before may be lost, so that a full disk is no passing thing here.
Result<> FailSync(std::string_view doing, const std::filesystem::path& path) {
  auto failed = FailErrno(doing, path);
  failed.error().kind = ErrorKind::kIo;
  return failed;
}

}  // namespace

Result<> File::Sync() const {
  if (fsync(fd_) != 0) return FailSync("fsync", "the audit log");
  return {};
}

Result<> File::SyncData() const {
  if (fdatasync(fd_) != 0) return FailSync("fdatasync", "the audit log");
  return {};
}

Result<> SyncFolder(const std::filesystem::path& folder) {
  File file(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (file.fd() < 0 || fsync(file.fd()) != 0) return FailSync("sync folder", folder);
  return {};
}

Result<> MakeFolder(const std::filesystem::path& folder) {
  const std::filesystem::path parent = folder.has_parent_path() ? folder.parent_path() : ".";
  if (mkdir(folder.c_str(), 0700) != 0) {
    if (errno == EEXIST) {
      // A process that was killed may have made it without syncing its name; where we may not look, somebody else has.
      return access(parent.c_str(), R_OK) == 0 ? SyncFolder(parent) : Result<>();
    }
    if (errno != ENOENT || parent == folder || parent == ".") return FailErrno("make", folder);
    KAGIMORI_RETURN_IF_ERROR(MakeFolder(parent));
    if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return FailErrno("make", folder);
  }
  return SyncFolder(parent);
}

Result<> Publish(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (rename(from.c_str(), to.c_str()) != 0) return FailErrno("rename", from);
  return SyncFolder(to.has_parent_path() ? to.parent_path() : std::filesystem::path("."));
}

std::string PlainName(uint64_t number) { return fmt::format("audit-{:010}.jsonl", number); }
std::string CompressedName(uint64_t number) { return PlainName(number) + ".zst"; }

namespace {

// The number of a file whose name begins as a log file's does; 0 otherwise.
uint64_t NumberOf(std::string_view name) {
  constexpr std::string_view kStart = "audit-";
  constexpr size_t kDigits = 10;
  if (!name.starts_with(kStart) || name.size() < kStart.size() + kDigits) return 0;
  uint64_t number = 0;
  const char* begin = name.data() + kStart.size();
  auto [end, error] = std::from_chars(begin, begin + kDigits, number);
  return error == std::errc() && end == begin + kDigits ? number : 0;
}

}  // namespace

Result<Listing> List(const std::filesystem::path& folder) {
  std::error_code error;
  Listing listing;
  std::filesystem::directory_iterator entries(folder, error);
  for (; !error && entries != std::filesystem::directory_iterator(); entries.increment(error)) {
    std::string name = entries->path().filename().string();
    uint64_t number = NumberOf(name);
    if (number == 0) continue;
    if (name == PlainName(number)) {
      listing.files[number].plain = true;
    } else if (name == CompressedName(number)) {
      listing.files[number].compressed = true;
    } else if (name.ends_with(".tmp")) {
      listing.temporary.push_back(std::move(name));
    } else if (name.starts_with(PlainName(number) + ".torn-")) {
      listing.side_files.push_back(std::move(name));
    }
  }
  if (error) return Fail(ErrorKind::kIo, fmt::format("list {}: {}", folder.string(), error.message()));
  return listing;
}

}  // namespace kagimori::audit
