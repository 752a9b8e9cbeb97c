#include "base/idle_thread.h"

#include <sched.h>
#include <sys/resource.h>

namespace kagimori {

void BecomeIdleThread() {
  const sched_param none{};
  if (sched_setscheduler(0, SCHED_IDLE, &none) != 0) setpriority(PRIO_PROCESS, 0, 19);
}

}  // namespace kagimori
