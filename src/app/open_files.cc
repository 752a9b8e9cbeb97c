#include "app/open_files.h"

#include <sys/resource.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "base/log.h"

namespace kagimori::app {

void RaiseFileLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0) {
    log::Warning("the limit of open files cannot be raised", {{"reason", std::strerror(errno)}});
  }
}

Result<size_t> ConnectionsWithinFileLimit(size_t wanted) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
    return Fail(ErrorKind::kIo, std::string("getrlimit(RLIMIT_NOFILE): ") + std::strerror(errno));
  }
  if (limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur >= wanted + kReservedFiles) return wanted;
  if (limit.rlim_cur <= kReservedFiles) {
    return Fail(ErrorKind::kInvalid, "the limit of open files (RLIMIT_NOFILE) is " + std::to_string(limit.rlim_cur) +
                                         ", of which the server needs " + std::to_string(kReservedFiles) +
                                         " for itself: raise it");
  }
  const size_t left = limit.rlim_cur - kReservedFiles;
  log::Warning("for want of open files (RLIMIT_NOFILE) fewer connections are accepted than max-connections says",
               {{"connections", std::to_string(left)}, {"max_connections", std::to_string(wanted)}});
  return left;
}

}  // namespace kagimori::app
