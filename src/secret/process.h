#ifndef KAGIMORI_SECRET_PROCESS_H_
#define KAGIMORI_SECRET_PROCESS_H_

#include "base/result.h"

namespace kagimori::secret {

// No core dumps, and no debugger or /proc/PID/mem for other processes of the same user (prctl(2), PR_SET_DUMPABLE).
// Main calls it first of all. kIo when the kernel refuses.
Result<> HardenProcess();

}  // namespace kagimori::secret

#endif  // KAGIMORI_SECRET_PROCESS_H_
