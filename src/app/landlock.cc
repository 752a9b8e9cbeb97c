#include "app/landlock.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <set>

#include "app/unix_socket.h"

namespace kagimori::app {
namespace {

// linux/landlock.h is older than the kernels this runs on, so its later half is stated here. Sources: landlock(7) and
// the kernel's Documentation/userspace-api/landlock.rst. The numbers of the calls are the same on every architecture.
constexpr long kCreateRuleset = 444;
constexpr long kAddRule = 445;
constexpr long kRestrictSelf = 446;
constexpr uint32_t kCreateRulesetVersion = 1;
constexpr int kRulePathBeneath = 1;
constexpr int kRuleNetPort = 2;

constexpr uint64_t kWriteFile = 1 << 1;
constexpr uint64_t kReadFile = 1 << 2;
constexpr uint64_t kReadDir = 1 << 3;
constexpr uint64_t kRemoveDir = 1 << 4;
constexpr uint64_t kRemoveFile = 1 << 5;
constexpr uint64_t kMakeDir = 1 << 7;
constexpr uint64_t kMakeReg = 1 << 8;
constexpr uint64_t kMakeSock = 1 << 9;
constexpr uint64_t kFirstRights = (1 << 13) - 1;   // ABI 1, execution among them
constexpr uint64_t kRefer = 1 << 13;               // ABI 2: to rename and link between folders
constexpr uint64_t kTruncate = 1 << 14;            // ABI 3
constexpr uint64_t kIoctlDevice = 1 << 15;         // ABI 5
constexpr uint64_t kBindTcp = 1 << 0;              // ABI 4
constexpr uint64_t kConnectTcp = 1 << 1;           // ABI 4
constexpr uint64_t kScopeAbstractSocket = 1 << 0;  // ABI 6
constexpr uint64_t kScopeSignal = 1 << 1;          // ABI 6

constexpr uint64_t kReading = kReadFile | kReadDir;
constexpr uint64_t kWriting =
    kReading | kWriteFile | kRemoveDir | kRemoveFile | kMakeDir | kMakeReg | kMakeSock | kRefer | kTruncate;

struct RulesetAttributes {
  uint64_t handled_access_fs = 0;
  uint64_t handled_access_net = 0;  // ABI 4
  uint64_t scoped = 0;              // ABI 6
};
struct [[gnu::packed]] PathBeneathAttributes {
  uint64_t allowed_access = 0;
  int32_t parent_fd = -1;
};
struct NetPortAttributes {
  uint64_t allowed_access = 0;
  uint64_t port = 0;
};

std::unexpected<Error> FailErrno(std::string what) {
  const int error = errno;
  return Fail(ErrorKind::kIo, std::move(what) + ": " + std::strerror(error));
}

RulesetAttributes Handled(int abi, const ConfinementPlan& plan) {
  RulesetAttributes handled{.handled_access_fs = kFirstRights};
  if (abi >= 2) handled.handled_access_fs |= kRefer;
  if (abi >= 3) handled.handled_access_fs |= kTruncate;
  if (abi >= 5) handled.handled_access_fs |= kIoctlDevice;
  // Port 0 lets the kernel choose, and further acceptors of the same server then take that port.
  if (abi >= 4 && std::ranges::find(plan.listen_ports, 0) == plan.listen_ports.end())
    handled.handled_access_net |= kBindTcp;
  if (abi >= 4 && !plan.connects_out) handled.handled_access_net |= kConnectTcp;
  if (abi >= 6) handled.scoped = kScopeAbstractSocket | kScopeSignal;
  return handled;
}

size_t SizeFor(int abi) { return abi >= 6 ? 24 : abi >= 4 ? 16 : 8; }

// A folder with all below it, or a file.
Result<> Allow(int ruleset, const std::filesystem::path& path, uint64_t access) {
  const Descriptor fd(open(path.c_str(), O_PATH | O_CLOEXEC));
  struct stat status{};
  if (fd.get() < 0 || fstat(fd.get(), &status) != 0) return FailErrno("cannot open " + path.string());
  if (!S_ISDIR(status.st_mode)) access &= kReadFile | kWriteFile | kTruncate;  // the others are a folder's
  const PathBeneathAttributes rule{.allowed_access = access, .parent_fd = fd.get()};
  if (syscall(kAddRule, ruleset, kRulePathBeneath, &rule, 0) != 0) return FailErrno("landlock: " + path.string());
  return {};
}

Result<> AllowPort(int ruleset, uint16_t port) {
  const NetPortAttributes rule{.allowed_access = kBindTcp, .port = port};
  if (syscall(kAddRule, ruleset, kRuleNetPort, &rule, 0) != 0) {
    return FailErrno("landlock: port " + std::to_string(port));
  }
  return {};
}

// Where files lie that will be replaced: their folders as named, and as links lead to them now.
Result<std::set<std::filesystem::path>> FoldersOf(const std::vector<std::filesystem::path>& files) {
  std::set<std::filesystem::path> folders;
  for (const auto& file : files) {
    std::error_code error;
    const auto real = std::filesystem::canonical(file, error);
    if (error) return Fail(ErrorKind::kIo, "cannot find " + file.string() + ": " + error.message());
    folders.insert(std::filesystem::absolute(file).parent_path());
    folders.insert(real.parent_path());
  }
  return folders;
}

// Name resolution and certificates of authorities, which connections to elsewhere need. Not all of /etc: the passphrase
// may lie there.
constexpr const char* kSystemFiles[] = {"/etc/resolv.conf",
                                        "/etc/hosts",
                                        "/etc/host.conf",
                                        "/etc/nsswitch.conf",
                                        "/etc/gai.conf",
                                        "/etc/services",
                                        "/etc/ssl",
                                        "/etc/pki/tls",
                                        "/etc/pki/ca-trust",
                                        "/usr/share/ca-certificates",
                                        "/usr/local/share/ca-certificates",
                                        "/usr/lib/ssl",
                                        "/run/systemd/resolve"};

Result<> AddRules(int ruleset, const ConfinementPlan& plan, const RulesetAttributes& handled) {
  for (const auto& folder : plan.writable_folders) {
    KAGIMORI_RETURN_IF_ERROR(Allow(ruleset, folder, kWriting & handled.handled_access_fs));
  }
  KAGIMORI_ASSIGN_OR_RETURN(const auto readable, FoldersOf(plan.readable_files));
  for (const auto& folder : readable) KAGIMORI_RETURN_IF_ERROR(Allow(ruleset, folder, kReading));
  if (plan.connects_out) {
    for (const char* file : kSystemFiles) {
      if (std::filesystem::exists(file)) KAGIMORI_RETURN_IF_ERROR(Allow(ruleset, file, kReading));
    }
  }
  if ((handled.handled_access_net & kBindTcp) != 0) {
    for (uint16_t port : plan.listen_ports) KAGIMORI_RETURN_IF_ERROR(AllowPort(ruleset, port));
  }
  return {};
}

}  // namespace

Result<LandlockInForce> RestrictWithLandlock(const ConfinementPlan& plan) {
  const auto abi = static_cast<int>(syscall(kCreateRuleset, nullptr, 0, kCreateRulesetVersion));
  if (abi < 1) return LandlockInForce{};  // not built, not turned on, or refused by a container's filter
  const RulesetAttributes handled = Handled(abi, plan);
  const Descriptor ruleset(static_cast<int>(syscall(kCreateRuleset, &handled, SizeFor(abi), 0)));
  if (ruleset.get() < 0) return FailErrno("landlock_create_ruleset");
  KAGIMORI_RETURN_IF_ERROR(AddRules(ruleset.get(), plan, handled));
  if (syscall(kRestrictSelf, ruleset.get(), 0) != 0) return FailErrno("landlock_restrict_self");
  return LandlockInForce{.abi = abi, .ports = (handled.handled_access_net & kBindTcp) != 0};
}

}  // namespace kagimori::app
