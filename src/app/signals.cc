#include "app/signals.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>

namespace kagimori::app {

Result<Signals> Signals::Block() {
  sigset_t ours;
  sigemptyset(&ours);
  for (int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&ours, signal);
  // A parent may have left them ignored (nohup); ignored signals reach no signalfd. Under nohup SIGHUP means a reload
  // here, not the end, so nothing is lost.
  for (int signal : {SIGTERM, SIGINT, SIGHUP}) ::signal(signal, SIG_DFL);
  ::signal(SIGPIPE, SIG_IGN);
  if (pthread_sigmask(SIG_BLOCK, &ours, nullptr) != 0) return Fail(ErrorKind::kIo, "cannot block signals");
  Descriptor fd(signalfd(-1, &ours, SFD_CLOEXEC | SFD_NONBLOCK));
  if (fd.get() < 0) return Fail(ErrorKind::kIo, "cannot make a signal descriptor");
  return Signals(std::move(fd));
}

Signals::Event Signals::Next(int other) {
  pollfd waiting[] = {{.fd = fd_.get(), .events = POLLIN, .revents = 0}, {.fd = other, .events = POLLIN, .revents = 0}};
  while (true) {
    if (poll(waiting, 2, -1) < 0 && errno == EINTR) continue;
    signalfd_siginfo info{};
    if (read(fd_.get(), &info, sizeof(info)) == sizeof(info)) {
      return info.ssi_signo == SIGHUP ? Event::kReload : Event::kStop;
    }
    if (waiting[1].revents != 0) return Event::kOther;
  }
}

}  // namespace kagimori::app
