#include "audit/anchor_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <utility>

#include "audit/files.h"
#include "audit/outside_anchor.h"

namespace kagimori::audit {
namespace {

// The end of the last whole line. No line is longer than this.
constexpr off_t kLongestLine = 64 * 1024;

Result<off_t> EndOfLines(const File& file, const std::filesystem::path& path) {
  struct stat info{};
  if (fstat(file.fd(), &info) != 0) return FailErrno("stat", path);
  off_t from = std::max<off_t>(0, info.st_size - kLongestLine);
  std::string tail(static_cast<size_t>(info.st_size - from), '\0');
  ssize_t got = pread(file.fd(), tail.data(), tail.size(), from);
  if (got < 0) return FailErrno("read", path);
  size_t newline = tail.rfind('\n');
  if (newline != tail.npos) return from + static_cast<off_t>(newline) + 1;
  if (from == 0) return off_t{0};
  return Fail(ErrorKind::kCorrupt, path.string() + " is no anchor file");
}

std::unexpected<Error> InFile(const std::filesystem::path& path, Error error) {
  error.text = path.string() + ": " + error.text;
  return std::unexpected(std::move(error));
}

}  // namespace

Result<> AppendToAnchorFile(const std::filesystem::path& path, std::string_view line) {
  KAGIMORI_ASSIGN_OR_RETURN(File file, File::Open(path, O_RDWR | O_APPEND | O_CREAT));
  KAGIMORI_ASSIGN_OR_RETURN(off_t end, EndOfLines(file, path));
  if (ftruncate(file.fd(), end) != 0) return FailErrno("truncate", path);
  if (static_cast<size_t>(end) + line.size() >= kAnchorFileBytes) {
    KAGIMORI_RETURN_IF_ERROR(Publish(path, OlderAnchorFile(path)));
    KAGIMORI_ASSIGN_OR_RETURN(file, File::Open(path, O_RDWR | O_APPEND | O_CREAT | O_EXCL));
    end = 0;
  }
  std::string text(line);
  text.push_back('\n');
  Result<> written = file.WriteAll(text);
  if (written) written = file.Sync();
  if (!written) {
    // Best effort: the next call or reader looks for the last whole line anyway.
    [[maybe_unused]] int cut = ftruncate(file.fd(), end);
    return InFile(path, std::move(written).error());
  }
  if (end > 0) return {};
  return SyncFolder(path.has_parent_path() ? path.parent_path() : std::filesystem::path("."));
}

Result<> SetAnchorFileAside(const std::filesystem::path& file) {
  for (const std::filesystem::path& path : {file, OlderAnchorFile(file)}) {
    if (!std::filesystem::exists(std::filesystem::symlink_status(path))) continue;
    std::filesystem::path aside;
    for (int n = 1; aside.empty() || std::filesystem::exists(std::filesystem::symlink_status(aside)); ++n) {
      if (n > 10'000) return Fail(ErrorKind::kLimit, "too many anchor files were set aside beside " + file.string());
      aside = fmt::format("{}.before-rollback-{}", path.string(), n);
    }
    KAGIMORI_RETURN_IF_ERROR(Publish(path, aside));
  }
  return {};
}

}  // namespace kagimori::audit
