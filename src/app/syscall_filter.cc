#include "app/syscall_filter.h"

#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>

#ifndef PR_SET_VMA
#define PR_SET_VMA 0x53564d41  // prctl(2): names for anonymous memory
#endif

namespace kagimori::app {
namespace {

// Found by tracing the conformance and fault suites, widened to whole families, so that another C library or another
// release of RocksDB finds what it expects. Names that this machine does not have are passed over.
constexpr std::string_view kAllowed =
    // descriptors
    "read write readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2 close close_range lseek _llseek dup "
    "dup2 dup3 fcntl fcntl64 ioctl pipe pipe2 poll ppoll ppoll_time64 select pselect6 pselect6_time64 eventfd "
    "eventfd2 signalfd signalfd4 epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait epoll_pwait2 "
    "timerfd_create timerfd_settime timerfd_settime64 timerfd_gettime timerfd_gettime64 copy_file_range sendfile "
    "sendfile64 inotify_init1 inotify_add_watch inotify_rm_watch "
    // files
    "open openat openat2 creat stat stat64 lstat lstat64 fstat fstat64 newfstatat fstatat64 statx statfs statfs64 "
    "fstatfs fstatfs64 access faccessat faccessat2 getdents getdents64 getcwd chdir fchdir readlink readlinkat "
    "mkdir mkdirat rmdir unlink unlinkat rename renameat renameat2 link linkat symlink symlinkat chmod fchmod "
    "fchmodat umask utimensat utimensat_time64 futimesat utimes truncate truncate64 ftruncate ftruncate64 "
    "fallocate fadvise64 fadvise64_64 arm_fadvise64_64 readahead fsync fdatasync sync_file_range sync_file_range2 "
    "syncfs flock fgetxattr flistxattr "
    // memory: mmap, mmap2 and mprotect have rules of their own below
    "brk munmap mremap madvise mlock mlock2 munlock mincore msync membarrier memfd_secret get_mempolicy "
    "set_mempolicy mbind "
    // threads and signals
    "futex futex_time64 futex_waitv set_robust_list get_robust_list rseq set_tid_address exit exit_group gettid "
    "getpid getppid sched_yield sched_getaffinity sched_setaffinity sched_setscheduler sched_getscheduler "
    "sched_getparam sched_setparam sched_getattr sched_get_priority_max sched_get_priority_min getpriority "
    "setpriority ioprio_set ioprio_get getcpu arch_prctl rt_sigaction rt_sigprocmask rt_sigreturn sigreturn "
    "rt_sigpending rt_sigtimedwait rt_sigtimedwait_time64 sigaltstack restart_syscall wait4 waitid "
    // time, limits, identity
    "clock_gettime clock_gettime64 clock_getres clock_getres_time64 clock_nanosleep clock_nanosleep_time64 "
    "nanosleep gettimeofday time times getrusage getrlimit ugetrlimit setrlimit prlimit64 sysinfo uname getrandom "
    "getuid geteuid getgid getegid getuid32 geteuid32 getgid32 getegid32 getgroups getgroups32 getresuid "
    "getresgid capget getpgrp getpgid getsid "
    // sockets: socket, sendto and sendmsg have rules of their own below
    "bind listen accept accept4 recvfrom recv recvmsg recvmmsg send shutdown getsockname getpeername getsockopt "
    "setsockopt socketpair ";

// No mistake of ours ends here; only foreign code does.
constexpr std::string_view kDeadly =
    "execve execveat fork vfork ptrace process_vm_readv process_vm_writev process_madvise pidfd_getfd kcmp bpf "
    "perf_event_open userfaultfd keyctl add_key request_key mount umount umount2 pivot_root chroot move_mount "
    "open_tree fsopen fsmount fsconfig mount_setattr setns unshare kexec_load kexec_file_load init_module "
    "finit_module delete_module reboot swapon swapoff personality open_by_handle_at name_to_handle_at iopl ioperm "
    "modify_ldt acct quotactl syslog settimeofday clock_settime clock_settime64 clock_adjtime adjtimex setuid "
    "setgid setreuid setregid setresuid setresgid setfsuid setfsgid setgroups setuid32 setgid32 setresuid32 "
    "setresgid32 ";

// Names and queries; above all not PR_SET_DUMPABLE.
constexpr int kAllowedPrctl[] = {PR_SET_NAME,    PR_GET_NAME,         PR_SET_VMA,      PR_GET_DUMPABLE,
                                 PR_GET_SECCOMP, PR_GET_NO_NEW_PRIVS, PR_CAPBSET_READ, PR_GET_TIMERSLACK};

class Filter {
 public:
  Filter() : context_(seccomp_init(SCMP_ACT_ERRNO(ENOSYS)), seccomp_release) {}

  bool ok() const { return context_ != nullptr && error_ == 0; }

  void Add(uint32_t action, const char* name) {
    if (const int number = seccomp_syscall_resolve_name(name); number != __NR_SCMP_ERROR) {
      Note(seccomp_rule_add_array(context_.get(), action, number, 0, nullptr));
    }
  }
  // `names` with a space behind each.
  void AddAll(uint32_t action, std::string_view names) {
    for (size_t space; (space = names.find(' ')) != names.npos; names.remove_prefix(space + 1)) {
      Add(action, std::string(names.substr(0, space)).c_str());
    }
  }
  void AllowWhen(const char* name, scmp_arg_cmp condition) {
    if (const int number = seccomp_syscall_resolve_name(name); number != __NR_SCMP_ERROR) {
      Note(seccomp_rule_add_array(context_.get(), SCMP_ACT_ALLOW, number, 1, &condition));
    }
  }
  void AllowSocket(int family, int type) {
    const scmp_arg_cmp conditions[] = {SCMP_A0(SCMP_CMP_EQ, static_cast<scmp_datum_t>(family), 0),
                                       SCMP_A1(SCMP_CMP_MASKED_EQ, 0xf, static_cast<scmp_datum_t>(type))};
    Note(seccomp_rule_add_array(context_.get(), SCMP_ACT_ALLOW, SCMP_SYS(socket), 2, conditions));
  }

  Result<bool> Load() {
    // Every thread; a binary tree, for the filter runs at each call.
    Note(seccomp_attr_set(context_.get(), SCMP_FLTATR_CTL_TSYNC, 1));
    Note(seccomp_attr_set(context_.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2));
    Note(seccomp_attr_set(context_.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS));
    if (!ok()) return Fail(ErrorKind::kInternal, std::string("the filter of system calls: ") + std::strerror(-error_));
    const int loaded = seccomp_load(context_.get());
    if (loaded == -EINVAL || loaded == -ENOSYS || loaded == -EOPNOTSUPP) return false;
    if (loaded != 0) return Fail(ErrorKind::kIo, std::string("seccomp: ") + std::strerror(-loaded));
    return true;
  }

 private:
  void Note(int result) {
    if (result != 0 && error_ == 0) error_ = result;
  }

  std::unique_ptr<std::remove_pointer_t<scmp_filter_ctx>, void (*)(scmp_filter_ctx)> context_;
  int error_ = 0;
};

void AddMemory(Filter* filter) {
  for (const char* name : {"mmap", "mmap2", "mprotect"}) {
    filter->AllowWhen(name, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
  }
}

void AddThreads(Filter* filter) {
  // A thread, never a process. The flags of clone3 lie in memory, where no filter sees them: without it the C library
  // takes clone.
  filter->AllowWhen("clone", SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
  // abort(3) and its like.
  const auto self = static_cast<scmp_datum_t>(getpid());
  filter->AllowWhen("tgkill", SCMP_A0(SCMP_CMP_EQ, self, 0));
  filter->AllowWhen("rt_tgsigqueueinfo", SCMP_A0(SCMP_CMP_EQ, self, 0));
  for (int option : kAllowedPrctl) {
    filter->AllowWhen("prctl", SCMP_A0(SCMP_CMP_EQ, static_cast<scmp_datum_t>(option), 0));
  }
}

void AddSockets(Filter* filter, bool connects_out) {
  for (int family : {AF_INET, AF_INET6, AF_UNIX}) filter->AllowSocket(family, SOCK_STREAM);
  if (connects_out) {
    // Name resolution: datagrams, and the list of interfaces.
    for (int family : {AF_INET, AF_INET6, AF_UNIX}) filter->AllowSocket(family, SOCK_DGRAM);
    filter->AllowSocket(AF_NETLINK, SOCK_RAW);
    filter->AddAll(SCMP_ACT_ALLOW, "connect sendto sendmsg sendmmsg ");
    return;
  }
  // With MSG_FASTOPEN they connect, too.
  filter->AllowWhen("sendto", SCMP_A3(SCMP_CMP_MASKED_EQ, MSG_FASTOPEN, 0));
  for (const char* name : {"sendmsg", "sendmmsg"}) {
    const unsigned at = std::strcmp(name, "sendmsg") == 0 ? 2 : 3;
    filter->AllowWhen(name, SCMP_CMP(at, SCMP_CMP_MASKED_EQ, MSG_FASTOPEN, 0));
  }
}

}  // namespace

Result<bool> FilterSyscalls(bool connects_out) {
  Filter filter;
  if (!filter.ok()) return Fail(ErrorKind::kInternal, "no filter of system calls can be made");
  filter.AddAll(SCMP_ACT_ALLOW, kAllowed);
  filter.AddAll(SCMP_ACT_KILL_PROCESS, kDeadly);
  AddMemory(&filter);
  AddThreads(&filter);
  AddSockets(&filter, connects_out);
  return filter.Load();
}

}  // namespace kagimori::app
