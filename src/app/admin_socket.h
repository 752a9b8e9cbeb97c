#ifndef KAGIMORI_APP_ADMIN_SOCKET_H_
#define KAGIMORI_APP_ADMIN_SOCKET_H_

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "app/admin_command.h"
#include "app/administration.h"
#include "app/unix_socket.h"
#include "base/result.h"
#include "secret/secret_bytes.h"

namespace kagimori::app {

// <data>/admin.sock: the Unix socket over which the operator of this machine talks to the running server, one request a
// connection (admin_protocol.h). The file is 0600 in a folder that is 0700, and besides the peer must be our own user
// or root. A few threads serve a connection each, so that a command that takes long does not keep `status` out; a peer
// may neither send slowly nor much.

bool MayAdminister(uid_t peer, uid_t own);

class AdminSocket {
 public:
  struct Limits {
    std::chrono::milliseconds timeout{2'000};  // for the whole request, and again for the answer
    int threads = 8;
  };
  // Obeys `commands`. REQUIRES: this process has the lock of `folder`, and `administration` and what `commands` points
  // to outlive the socket.
  static Result<std::unique_ptr<AdminSocket>> Open(const std::filesystem::path& folder,
                                                   std::span<const AdminCommand* const> commands,
                                                   Administration* administration, const Limits& limits);
  // Asks the calls under way to stop, waits for them, and removes the file.
  ~AdminSocket();

 private:
  struct State;
  explicit AdminSocket(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// The other end. kUnavailable: no server runs on this folder, it refused (its reason is the text), or it does not
// answer within `timeout`.
struct AdminResult {
  std::string json;  // the object that the command gives
  std::vector<secret::SecretBytes> secrets;
};
Result<AdminResult> CallAdminSocket(const std::filesystem::path& folder, std::string_view command,
                                    const AdminParameters& parameters, std::span<const secret::SecretBytes> secrets,
                                    std::chrono::milliseconds timeout);
// Its three steps, for a call that is not only one answer (admin_stream.h). `begun`: what of the answer's line has been
// read already.
Result<Descriptor> ConnectAdminSocket(const std::filesystem::path& folder);
Result<> SendAdminRequest(int socket, std::string_view command, const AdminParameters& parameters,
                          std::span<const secret::SecretBytes> secrets, Deadline deadline, std::string_view body = {});
Result<AdminResult> ReceiveAdminResult(int socket, std::string_view begun, Deadline deadline);

}  // namespace kagimori::app

#endif  // KAGIMORI_APP_ADMIN_SOCKET_H_
