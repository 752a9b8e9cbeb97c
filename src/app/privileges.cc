#include "app/privileges.h"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <string>

#include "secret/arena.h"

namespace kagimori::app {
namespace {

using CapabilitySets = std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3>;

std::unexpected<Error> FailErrno(std::string what) {
  const int error = errno;
  return Fail(ErrorKind::kIo, std::move(what) + ": " + std::strerror(error));
}

// capget(2) and capset(2) have no function in the C library.
Result<CapabilitySets> ReadCapabilities() {
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  CapabilitySets sets{};
  if (syscall(SYS_capget, &header, sets.data()) != 0) return FailErrno("capget");
  return sets;
}

Result<> WriteCapabilities(const CapabilitySets& sets) {
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  if (syscall(SYS_capset, &header, sets.data()) != 0) return FailErrno("capabilities cannot be dropped");
  return {};
}

bool Has(const CapabilitySets& sets, int capability) {
  return (sets[CAP_TO_INDEX(capability)].effective & CAP_TO_MASK(capability)) != 0;
}

bool IsEmpty(const CapabilitySets& sets) {
  return std::ranges::all_of(sets,
                             [](const auto& set) { return (set.effective | set.permitted | set.inheritable) == 0; });
}

// Ports from here on are everybody's (ip(7)).
int FirstUnprivilegedPort() {
  std::ifstream file("/proc/sys/net/ipv4/ip_unprivileged_port_start");
  int port = 0;
  return file >> port ? port : 1024;
}

// The bounding set limits what a program that is executed could get; dropping from it takes CAP_SETPCAP.
Result<> DropBoundingSet() {
  for (int capability = 0; prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; ++capability) {
    if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0) return FailErrno("the bounding set cannot be dropped");
  }
  return {};
}

// With CAP_IPC_LOCK locked memory has no limit; without it the arena's overflow counts. The hard limit may be raised by
// CAP_SYS_RESOURCE alone, so that a process without privileges keeps what its service manager gave it.
void RaiseMemoryLock() {
  constexpr rlim_t kNeeded = secret::kDefaultArenaSize + secret::kOverflowLimit;
  rlimit limit{};
  if (getrlimit(RLIMIT_MEMLOCK, &limit) != 0 || limit.rlim_cur >= kNeeded) return;
  const rlimit raised{kNeeded, std::max(limit.rlim_max, kNeeded)};
  if (setrlimit(RLIMIT_MEMLOCK, &raised) == 0) return;
  // As far as it goes; the arena says so when it is not enough.
  limit.rlim_cur = std::min(limit.rlim_max, kNeeded);
  static_cast<void>(setrlimit(RLIMIT_MEMLOCK, &limit));
}

}  // namespace

Result<bool> DropPrivileges(std::span<const uint16_t> listen_ports) {
  RaiseMemoryLock();
  KAGIMORI_ASSIGN_OR_RETURN(const CapabilitySets had, ReadCapabilities());
  const int unprivileged = FirstUnprivilegedPort();
  const bool keep_bind = Has(had, CAP_NET_BIND_SERVICE) && std::ranges::any_of(listen_ports, [&](uint16_t port) {
                           return port != 0 && port < unprivileged;
                         });
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return FailErrno("PR_SET_NO_NEW_PRIVS");
  if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0) return FailErrno("PR_CAP_AMBIENT_CLEAR_ALL");
  if (Has(had, CAP_SETPCAP)) KAGIMORI_RETURN_IF_ERROR(DropBoundingSet());
  CapabilitySets kept{};
  if (keep_bind) {
    auto& set = kept[CAP_TO_INDEX(CAP_NET_BIND_SERVICE)];
    set.effective = set.permitted = CAP_TO_MASK(CAP_NET_BIND_SERVICE);
  }
  // A service manager that gave none may not even let them be set.
  if (!IsEmpty(had)) KAGIMORI_RETURN_IF_ERROR(WriteCapabilities(kept));
  return keep_bind;
}

}  // namespace kagimori::app
