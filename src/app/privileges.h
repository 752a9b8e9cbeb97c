#ifndef KAGIMORI_APP_PRIVILEGES_H_
#define KAGIMORI_APP_PRIVILEGES_H_

#include <cstdint>
#include <span>

#include "base/result.h"

namespace kagimori::app {

// No new privileges, and no capabilities in any of the calling thread's sets; where the process may, its limit of
// locked memory is raised to what the secret arena may grow to, first. True: CAP_NET_BIND_SERVICE, which the process
// has and needs for one of the ports, is kept.
Result<bool> DropPrivileges(std::span<const uint16_t> listen_ports);

}  // namespace kagimori::app

#endif  // KAGIMORI_APP_PRIVILEGES_H_
