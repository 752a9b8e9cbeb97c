#include "base/thread_priority.h"

#include <sched.h>
#include <sys/resource.h>

namespace kagimori {
namespace {

// Linux: of the thread, whatever POSIX says of processes (setpriority(2)).
void SetNice(int nice) { setpriority(PRIO_PROCESS, 0, nice); }

}  // namespace

void BecomeIdleThread() {
  const sched_param none{};
  if (sched_setscheduler(0, SCHED_IDLE, &none) != 0) SetNice(19);
}

void BecomeBackgroundThread() { SetNice(10); }

}  // namespace kagimori
