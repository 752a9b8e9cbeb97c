#include "secret/mapping.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <string>

#ifndef SYS_memfd_secret
#define SYS_memfd_secret 447  // Linux 5.14, every architecture
#endif

namespace kagimori::secret {
namespace {

// Every page is touched here, so that a machine without the memory fails now and not at some later request.
void Touch(const Mapping& mapping) {
  const size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  for (size_t at = 0; at < mapping.size; at += page) *static_cast<volatile uint8_t*>(mapping.data + at) = 0;
}

std::optional<Mapping> MapMemfdSecret(size_t size) {
  int file = static_cast<int>(syscall(SYS_memfd_secret, static_cast<unsigned>(O_CLOEXEC)));
  if (file < 0) return std::nullopt;
  void* data = MAP_FAILED;
  if (ftruncate(file, static_cast<off_t>(size)) == 0) {
    data = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  }
  close(file);
  if (data == MAP_FAILED) return std::nullopt;
  Mapping mapping{static_cast<uint8_t*>(data), size, Backing::kMemfdSecret};
  // The pages are shared: without this a forked child would hand out its parent's memory.
  if (madvise(data, size, MADV_DONTFORK) != 0) {
    Unmap(mapping);
    return std::nullopt;
  }
  return mapping;
}

}  // namespace

size_t LockableMemory() {
  // capget(2) has no function in the C library. Both of its parts, the first of which has CAP_IPC_LOCK.
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3]{};
  if (syscall(SYS_capget, &header, sets) == 0 && (sets[0].effective & CAP_TO_MASK(CAP_IPC_LOCK)) != 0) return SIZE_MAX;
  rlimit limit{};
  if (getrlimit(RLIMIT_MEMLOCK, &limit) != 0) return 0;
  return limit.rlim_cur == RLIM_INFINITY ? SIZE_MAX : static_cast<size_t>(limit.rlim_cur);
}

size_t RoundToPages(size_t size) {
  const size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  if (size > SIZE_MAX - page) return SIZE_MAX;
  return (size + page - 1) / page * page;
}

Result<Mapping> MapUndumpable(size_t size) {
  size = RoundToPages(size);
  void* data = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (data == MAP_FAILED) return Fail(ErrorKind::kIo, std::string("no memory for secrets: ") + std::strerror(errno));
  Mapping mapping{static_cast<uint8_t*>(data), size, Backing::kUnlocked};
  if (madvise(data, size, MADV_DONTDUMP) != 0 || madvise(data, size, MADV_DONTFORK) != 0) {
    int error = errno;
    Unmap(mapping);
    return Fail(ErrorKind::kIo, std::string("madvise: ") + std::strerror(error));
  }
  return mapping;
}

Result<Mapping> MapSecret(size_t size, bool allow_unlocked) {
  size = RoundToPages(size);
  if (std::optional<Mapping> secret = MapMemfdSecret(size)) {
    Touch(*secret);
    return *secret;
  }
  KAGIMORI_ASSIGN_OR_RETURN(Mapping mapping, MapUndumpable(size));
  if (mlock(mapping.data, size) == 0) {
    mapping.backing = Backing::kLocked;
    return mapping;
  }
  int error = errno;
  if (allow_unlocked) return mapping;
  Unmap(mapping);
  return Fail(ErrorKind::kIo,
              std::string("memory for secrets cannot be locked (raise RLIMIT_MEMLOCK, or allow unlocked memory): ") +
                  std::strerror(error));
}

void Unmap(const Mapping& mapping) noexcept { munmap(mapping.data, mapping.size); }

}  // namespace kagimori::secret
