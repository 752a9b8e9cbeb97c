#ifndef KAGIMORI_APP_SERVER_RUN_H_
#define KAGIMORI_APP_SERVER_RUN_H_

#include "app/data_folder.h"
#include "app/options.h"
#include "app/signals.h"
#include "app/supervisor.h"
#include "base/result.h"

namespace kagimori::app {

// What a process does before it touches data, in this order: core dumps off, OpenSSL with the wiping allocator, the
// arena for secrets, the log, and as many open files as the process may have.
Result<> PrepareProcess(const ProcessOptions& options);

// Serves what was started, with its administration socket, until SIGTERM or SIGINT; SIGHUP reads the TLS files again.
// Then what was accepted is finished, for ten seconds at most; a second signal ends the process at once, which loses
// nothing that was acknowledged.
Result<> ServeUntilStopped(Supervisor* supervisor, const DataFolder& folder, Signals* signals);

}  // namespace kagimori::app

#endif  // KAGIMORI_APP_SERVER_RUN_H_
