#ifndef KAGIMORI_APP_OPEN_FILES_H_
#define KAGIMORI_APP_OPEN_FILES_H_

#include <cstddef>

#include "base/result.h"

namespace kagimori::app {

// Descriptors that clients never get: 256 connections of the listener for operators, the store's tables and logs
// (a table for every 64 MiB), the audit files, listeners, the administration socket. A store that cannot open its next
// log ends the process, and so would whoever holds enough idle connections.
inline constexpr size_t kReservedFiles = 640;

// Raises the limit of open files (RLIMIT_NOFILE) as far as the process may: the usual soft limit of 1024 is there for
// programs that use select(2).
void RaiseFileLimit();

// `wanted` connections, or as many as the limit leaves beside kReservedFiles, which is then said in the log. kInvalid:
// it leaves none.
Result<size_t> ConnectionsWithinFileLimit(size_t wanted);

}  // namespace kagimori::app

#endif  // KAGIMORI_APP_OPEN_FILES_H_
