#ifndef KAGIMORI_APP_LANDLOCK_H_
#define KAGIMORI_APP_LANDLOCK_H_

#include "app/confinement.h"
#include "base/result.h"

namespace kagimori::app {

struct LandlockInForce {
  int abi = 0;  // 0: the kernel has none, and nothing is in force
  bool ports = false;
};

// landlock(7), as far as this kernel's goes: the plan's folders, the ports to listen on, no connections unless the plan
// has them, no signals to and no abstract sockets of other processes. Nothing may be executed.
// REQUIRES: no new privileges; the only thread.
Result<LandlockInForce> RestrictWithLandlock(const ConfinementPlan& plan);

}  // namespace kagimori::app

#endif  // KAGIMORI_APP_LANDLOCK_H_
