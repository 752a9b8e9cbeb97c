#ifndef KAGIMORI_APP_SERVER_RUN_H_
#define KAGIMORI_APP_SERVER_RUN_H_

#include <functional>
#include <memory>

#include "app/data_folder.h"
#include "app/node.h"
#include "app/options.h"
#include "app/signals.h"
#include "base/result.h"

namespace kagimori::app {

// What a process does before it touches data, in this order: core dumps off, OpenSSL with the wiping allocator, the
// arena for secrets, the log.
Result<> PrepareProcess(const ProcessOptions& options);

// Starts the node and its administration socket, calls `ready`, and serves until SIGTERM or SIGINT; SIGHUP reads the
// TLS files again. Then what was accepted is finished, for ten seconds at most; a second signal ends the process at
// once, which loses nothing that was acknowledged.
Result<> ServeUntilStopped(std::unique_ptr<Node> node, const DataFolder& folder, Signals* signals,
                           const std::function<void(const Node&)>& ready);

}  // namespace kagimori::app

#endif  // KAGIMORI_APP_SERVER_RUN_H_
