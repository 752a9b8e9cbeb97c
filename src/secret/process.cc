#include "secret/process.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#include <cerrno>
#include <cstring>
#include <string>

namespace kagimori::secret {

Result<> HardenProcess() {
  // Hard limit too: nothing the process loads later can turn dumps on again.
  const rlimit none{0, 0};
  if (setrlimit(RLIMIT_CORE, &none) != 0) {
    return Fail(ErrorKind::kIo, std::string("cannot turn core dumps off: ") + std::strerror(errno));
  }
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) {
    return Fail(ErrorKind::kIo, std::string("cannot make the process undumpable: ") + std::strerror(errno));
  }
  return {};
}

}  // namespace kagimori::secret
