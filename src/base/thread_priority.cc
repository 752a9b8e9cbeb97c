#include "base/thread_priority.h"

#include <sched.h>
#include <sys/resource.h>

#include <cerrno>
#include <cstring>

#include "base/log.h"

namespace kagimori {
namespace {

// Linux: of the thread, whatever POSIX says of processes (setpriority(2)).
void SetNice(int nice) {
  if (setpriority(PRIO_PROCESS, 0, nice) == 0) return;
  log::Warning("a thread in the background runs as urgently as requests", {{"reason", std::strerror(errno)}});
}

}  // namespace

void BecomeIdleThread() {
  const sched_param none{};
  if (sched_setscheduler(0, SCHED_IDLE, &none) != 0) SetNice(19);
}

void BecomeBackgroundThread() { SetNice(10); }

}  // namespace kagimori
