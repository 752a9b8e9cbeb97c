#ifndef KAGIMORI_APP_SYSCALL_FILTER_H_
#define KAGIMORI_APP_SYSCALL_FILTER_H_

#include "base/result.h"

namespace kagimori::app {

// A seccomp filter for every thread of the process: a list of what a server calls. What is used for taking over a
// machine (running programs, tracing, loading kernel code, mounting) ends the process at once; anything else that is
// not on the list fails as on a kernel that lacks it (ENOSYS), which libraries are ready for. Memory is never
// executable that was not already; sockets are stream sockets and, unless `connects_out`, only listen.
//
// False: the kernel has no filters. REQUIRES: no new privileges.
Result<bool> FilterSyscalls(bool connects_out);

}  // namespace kagimori::app

#endif  // KAGIMORI_APP_SYSCALL_FILTER_H_
