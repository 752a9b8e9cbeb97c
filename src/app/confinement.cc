#include "app/confinement.h"

#include <iterator>

#include "app/landlock.h"
#include "app/privileges.h"
#include "app/syscall_filter.h"
#include "base/log.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define KAGIMORI_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define KAGIMORI_SANITIZED 1
#endif
#endif

namespace kagimori::app {
namespace {

#ifdef KAGIMORI_SANITIZED
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

Result<> RequireOneThread() {
  std::error_code error;
  std::filesystem::directory_iterator tasks("/proc/self/task", error);
  if (error) return Fail(ErrorKind::kIo, "/proc is not there: " + error.message());
  if (std::distance(tasks, {}) != 1) return Fail(ErrorKind::kInternal, "confinement comes before the threads");
  return {};
}

}  // namespace

Result<Confinement> Confine(const ConfinementPlan& plan) {
  Confinement confinement;
  // Sanitizers write reports where they are told, run a symbolizer and trace their own threads.
  confinement.sanitized = kSanitized;
  if (kSanitized) return confinement;
  KAGIMORI_RETURN_IF_ERROR(RequireOneThread());
  KAGIMORI_ASSIGN_OR_RETURN(confinement.bind_capability, DropPrivileges(plan.listen_ports));
  KAGIMORI_ASSIGN_OR_RETURN(const LandlockInForce landlock, RestrictWithLandlock(plan));
  confinement.landlock_abi = landlock.abi;
  confinement.landlock_ports = landlock.ports;
  // Last: the filter knows nothing of the calls above.
  KAGIMORI_ASSIGN_OR_RETURN(confinement.syscall_filter, FilterSyscalls(plan.connects_out));
  return confinement;
}

void LogConfinement(const Confinement& confinement) {
  if (confinement.sanitized) return log::Warning("not confined: a build for a sanitizer");
  const std::string landlock =
      confinement.landlock_abi == 0 ? "none" : "ABI " + std::to_string(confinement.landlock_abi);
  const log::Level level =
      confinement.landlock_abi > 0 && confinement.syscall_filter ? log::Level::kInfo : log::Level::kWarning;
  log::Write(level, level == log::Level::kInfo ? "confined" : "confined in part; the kernel lacks the rest",
             {{"landlock", landlock},
              {"ports", confinement.landlock_ports ? "limited" : "not limited"},
              {"system_calls", confinement.syscall_filter ? "filtered" : "not filtered"},
              {"capabilities", confinement.bind_capability ? "CAP_NET_BIND_SERVICE" : "none"}});
}

}  // namespace kagimori::app
