#ifndef KAGIMORI_APP_SECRET_CHANNEL_H_
#define KAGIMORI_APP_SECRET_CHANNEL_H_

#include <cstddef>

#include "app/unix_socket.h"
#include "base/result.h"
#include "secret/secret_bytes.h"

namespace kagimori::app {

// Secrets between secret memory and the administration socket, with nothing in between but the kernel's queue of the
// two processes. One of the places that may open a secret (secret/access.h).
class SecretChannel {
 public:
  // Exactly `size` bytes before `deadline`. kUnavailable: the time is over, the peer has gone or `stop` (a descriptor;
  // -1: none) has become readable. REQUIRES: size > 0.
  static Result<secret::SecretBytes> Receive(int socket, size_t size, Deadline deadline, int stop);
  static Result<> Send(int socket, const secret::SecretBytes& secret, Deadline deadline, int stop);
};

}  // namespace kagimori::app

#endif  // KAGIMORI_APP_SECRET_CHANNEL_H_
