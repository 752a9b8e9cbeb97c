#ifndef KAGIMORI_APP_CONFINEMENT_H_
#define KAGIMORI_APP_CONFINEMENT_H_

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"

namespace kagimori::app {

// What a server still needs once it has read its passphrase. Everything else is given up for the life of the process:
// whoever takes over the server by a bug of ours or of a library gets no more than this.
struct ConfinementPlan {
  std::vector<std::filesystem::path> writable_folders;  // with everything below them; files' folders, not files
  // Files that are read again later (TLS). Their folders are opened, and those that links lead to, since files are
  // replaced by renaming.
  std::vector<std::filesystem::path> readable_files;
  std::vector<uint16_t> listen_ports;  // 0 among them: any port
  bool connects_out = false;           // to resolve names and open connections of its own
};

// What is in force, for the log.
struct Confinement {
  bool sanitized = false;       // a sanitizer's build: nothing is in force
  int landlock_abi = 0;         // 0: the kernel has none
  bool landlock_ports = false;  // listening is limited to the ports
  bool syscall_filter = false;
  bool bind_capability = false;  // CAP_NET_BIND_SERVICE is kept, for a port below 1024
};

// Gives up, for ever: new privileges, every capability, every file and folder outside of the plan, every port, running
// programs, and system calls that a server has no use for. Missing kernel features are left out (the result says
// which); anything else that fails is an error and leaves the process half confined, so end it.
//
// REQUIRES: this is the only thread (kInternal otherwise: Landlock and capabilities are a thread's own and inherited by
// those that it starts); the folders exist.
Result<Confinement> Confine(const ConfinementPlan& plan);

// Writes one line about it to the log, a warning where something is missing.
void LogConfinement(const Confinement& confinement);

}  // namespace kagimori::app

#endif  // KAGIMORI_APP_CONFINEMENT_H_
