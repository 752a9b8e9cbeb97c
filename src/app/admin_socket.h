#ifndef KAGIMORI_APP_ADMIN_SOCKET_H_
#define KAGIMORI_APP_ADMIN_SOCKET_H_

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "app/administration.h"
#include "base/result.h"

namespace kagimori::app {

// <data>/admin.sock: the Unix socket over which the operator of this machine talks to the running server, one request a
// connection (admin_protocol.h). The file is 0600 in a folder that is 0700, and besides the peer must be our own user
// or root. One thread serves one connection at a time, so a peer may neither send slowly nor much.
inline constexpr size_t kMaxAdminRequest = 4096;
inline constexpr size_t kMaxAdminAnswer = 64 * 1024;

bool MayAdminister(uid_t peer, uid_t own);

class AdminSocket {
 public:
  struct Limits {
    std::chrono::milliseconds timeout{2'000};  // for the whole request, and again for the answer
  };
  // REQUIRES: this process has the lock of `folder`, and `administration` outlives the socket.
  static Result<std::unique_ptr<AdminSocket>> Open(const std::filesystem::path& folder, Administration* administration,
                                                   const Limits& limits);
  // Ends the thread, after the request that it is at, and removes the file.
  ~AdminSocket();

 private:
  struct State;
  explicit AdminSocket(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// The other end: sends one line and gives the answer's. kUnavailable: no server runs on this folder, or it does not
// answer within `timeout`.
Result<std::string> CallAdminSocket(const std::filesystem::path& folder, std::string_view request,
                                    std::chrono::milliseconds timeout);

}  // namespace kagimori::app

#endif  // KAGIMORI_APP_ADMIN_SOCKET_H_
