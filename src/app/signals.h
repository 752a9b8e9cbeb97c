#ifndef KAGIMORI_APP_SIGNALS_H_
#define KAGIMORI_APP_SIGNALS_H_

#include "app/unix_socket.h"
#include "base/result.h"

namespace kagimori::app {

// The signals of a server, read by the main thread instead of interrupting any.
class Signals {
 public:
  // Blocks SIGTERM, SIGINT and SIGHUP in the calling thread and all that it starts, and ignores SIGPIPE: call it before
  // the first thread.
  static Result<Signals> Block();

  enum class Event { kStop, kReload, kOther };
  // Waits for the next one, or until `other` (a descriptor; -1: none) is readable.
  Event Next(int other = -1);

 private:
  explicit Signals(Descriptor fd) : fd_(std::move(fd)) {}
  Descriptor fd_;
};

}  // namespace kagimori::app

#endif  // KAGIMORI_APP_SIGNALS_H_
