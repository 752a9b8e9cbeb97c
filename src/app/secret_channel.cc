#include "app/secret_channel.h"

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>

namespace kagimori::app {

Result<secret::SecretBytes> SecretChannel::Receive(int socket, size_t size, Deadline deadline, int stop) {
  secret::SecretBytes secret(size);
  MutableByteView rest = secret.OpenMutable(secret::Access());
  while (!rest.empty()) {
    if (!WaitFor(socket, POLLIN, deadline, stop)) {
      return Fail(ErrorKind::kUnavailable, "the other side did not send what it announced");
    }
    const ssize_t got = recv(socket, rest.data(), rest.size(), 0);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (got <= 0) return Fail(ErrorKind::kUnavailable, "the other side hung up");
    rest = rest.subspan(static_cast<size_t>(got));
  }
  return secret;
}

Result<> SecretChannel::Send(int socket, const secret::SecretBytes& secret, Deadline deadline, int stop) {
  return SendAll(socket, AsText(secret.Open(secret::Access())), deadline, stop);
}

}  // namespace kagimori::app
