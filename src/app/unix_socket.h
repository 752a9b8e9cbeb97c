#ifndef KAGIMORI_APP_UNIX_SOCKET_H_
#define KAGIMORI_APP_UNIX_SOCKET_H_

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace kagimori::app {

// What both ends of the administration socket need.

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor();
  int get() const { return fd_; }

 private:
  int fd_;
};

// A stream socket in `folder`, bound (0600, listening) or connected. A path beyond the 107 bytes that fit into a
// sockaddr_un is reached through /proc/self/fd.
Result<Descriptor> ListenUnix(const std::filesystem::path& folder, const std::string& name);
Result<Descriptor> ConnectUnix(const std::filesystem::path& folder, const std::string& name);

using Deadline = std::chrono::steady_clock::time_point;

// Until a newline (which is dropped), within `limit` bytes and before `deadline`. kUnavailable: the time is over, the
// peer has gone or `stop` (a descriptor; -1: none) has become readable; kLimit.
// Takes nothing from the socket that is behind the newline: secrets may follow, which are not for a string.
Result<std::string> ReadLine(int socket, size_t limit, Deadline deadline, int stop);
// `line` and a newline.
Result<> WriteLine(int socket, std::string_view line, Deadline deadline, int stop);
// All of `bytes`, straight from where they are. kUnavailable as above.
Result<> SendAll(int socket, std::string_view bytes, Deadline deadline, int stop);

// Whether `fd` is ready for `events` (poll(2)) before the deadline and before `stop`.
bool WaitFor(int fd, short events, Deadline deadline, int stop);

}  // namespace kagimori::app

#endif  // KAGIMORI_APP_UNIX_SOCKET_H_
