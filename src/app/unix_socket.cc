#include "app/unix_socket.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace kagimori::app {
namespace {

std::unexpected<Error> IoError(const char* what, const std::filesystem::path& path, int error) {
  const bool absent = error == ENOENT || error == ECONNREFUSED;
  return Fail(absent ? ErrorKind::kNotFound : ErrorKind::kIo,
              std::string("cannot ") + what + " " + path.string() + ": " + strerror(error));
}

// The address of folder/name. A long one names the folder by `held`, an open descriptor of it.
Result<sockaddr_un> Address(const std::filesystem::path& folder, const std::string& name, const Descriptor& held) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::string path = (folder / name).string();
  if (path.size() >= sizeof(address.sun_path)) path = "/proc/self/fd/" + std::to_string(held.get()) + "/" + name;
  if (path.size() >= sizeof(address.sun_path)) return Fail(ErrorKind::kInvalid, "the socket's name is too long");
  std::copy(path.begin(), path.end(), address.sun_path);
  return address;
}

Result<Descriptor> OpenFolder(const std::filesystem::path& folder) {
  Descriptor held(open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (held.get() < 0) return IoError("open", folder, errno);
  return held;
}

Result<Descriptor> NewSocket() {
  Descriptor made(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (made.get() < 0) return Fail(ErrorKind::kIo, std::string("cannot make a socket: ") + strerror(errno));
  return made;
}

}  // namespace

Descriptor::~Descriptor() {
  if (fd_ >= 0) close(fd_);
}

Result<Descriptor> ListenUnix(const std::filesystem::path& folder, const std::string& name) {
  const std::filesystem::path path = folder / name;
  KAGIMORI_ASSIGN_OR_RETURN(const Descriptor held, OpenFolder(folder));
  KAGIMORI_ASSIGN_OR_RETURN(const sockaddr_un address, Address(folder, name, held));
  KAGIMORI_ASSIGN_OR_RETURN(Descriptor made, NewSocket());
  struct stat old;
  if (fstatat(held.get(), name.c_str(), &old, AT_SYMLINK_NOFOLLOW) == 0) {
    // Only what an earlier run left behind is removed.
    if (!S_ISSOCK(old.st_mode)) return Fail(ErrorKind::kIo, path.string() + " is there and no socket");
    if (unlinkat(held.get(), name.c_str(), 0) != 0) return IoError("remove", path, errno);
  }
  if (bind(made.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    return IoError("bind", path, errno);
  }
  // Nobody can connect before listen, so there is no moment with a wider mode.
  if (fchmodat(held.get(), name.c_str(), 0600, 0) != 0) return IoError("chmod", path, errno);
  if (listen(made.get(), 8) != 0) return IoError("listen on", path, errno);
  return made;
}

Result<Descriptor> ConnectUnix(const std::filesystem::path& folder, const std::string& name) {
  KAGIMORI_ASSIGN_OR_RETURN(const Descriptor held, OpenFolder(folder));
  KAGIMORI_ASSIGN_OR_RETURN(const sockaddr_un address, Address(folder, name, held));
  KAGIMORI_ASSIGN_OR_RETURN(Descriptor made, NewSocket());
  if (connect(made.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    return IoError("connect to", folder / name, errno);
  }
  return made;
}

bool WaitFor(int fd, short events, Deadline deadline, int stop) {
  pollfd waiting[] = {{.fd = fd, .events = events, .revents = 0}, {.fd = stop, .events = POLLIN, .revents = 0}};
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return false;
    const int ready = poll(waiting, 2, static_cast<int>(std::min<int64_t>(left.count(), 60'000)));
    if (ready < 0 && errno != EINTR) return false;
    if (ready > 0) return waiting[1].revents == 0;
  }
}

Result<std::string> ReadLine(int socket, size_t limit, Deadline deadline, int stop) {
  std::string line;
  while (true) {
    // Byte by byte: a larger read, or a peek, would copy what stands behind the line. Lines are short and rare here.
    char c = 0;
    const ssize_t got = recv(socket, &c, 1, 0);
    if (got == 1 && c == '\n') return line;
    if (got == 1) {
      if (line.size() == limit) return Fail(ErrorKind::kLimit, "the line is too long");
      line.push_back(c);
    } else if (got == 0 || (errno != EINTR && errno != EAGAIN)) {
      return Fail(ErrorKind::kUnavailable, "the other side hung up");
    } else if (!WaitFor(socket, POLLIN, deadline, stop)) {
      return Fail(ErrorKind::kUnavailable, "the other side sent no line");
    }
  }
}

Result<> SendAll(int socket, std::string_view bytes, Deadline deadline, int stop) {
  while (!bytes.empty()) {
    const ssize_t sent = send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      bytes.remove_prefix(static_cast<size_t>(sent));
    } else if (errno == EAGAIN) {
      if (!WaitFor(socket, POLLOUT, deadline, stop))
        return Fail(ErrorKind::kUnavailable, "the other side reads nothing");
    } else if (errno != EINTR) {
      return Fail(ErrorKind::kUnavailable, "the other side hung up");
    }
  }
  return {};
}

Result<> WriteLine(int socket, std::string_view line, Deadline deadline, int stop) {
  return SendAll(socket, std::string(line) + "\n", deadline, stop);
}

}  // namespace kagimori::app
