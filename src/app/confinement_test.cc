// Each test forks: what is given up is given up for the life of the process, so a child tries what must not work and
// says so by its exit code.
#include "app/confinement.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <thread>

namespace kagimori::app {
namespace {

namespace fs = std::filesystem;

constexpr int kConfinementFailed = 99;

class ConfinementTest : public testing::Test {
 protected:
  void SetUp() override {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    GTEST_SKIP() << "sanitized builds are not confined";
#endif
    std::string name = (fs::temp_directory_path() / "confinement-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    root_ = name;
    data_ = root_ / "data";
    fs::create_directory(data_);
    fs::create_directory(root_ / "tls");
    fs::create_directory(root_ / "archive");
    Write(data_ / "inside", "inside");
    Write(root_ / "outside", "outside");
    Write(root_ / "archive" / "key1.pem", "key");
    fs::create_symlink("../archive/key1.pem", root_ / "tls" / "key.pem");
    plan_.writable_folders = {data_};
    plan_.readable_files = {root_ / "tls" / "key.pem"};
    plan_.listen_ports = {0};
  }
  void TearDown() override {
    if (!root_.empty()) fs::remove_all(root_);
  }

  static void Write(const fs::path& path, std::string_view text) { std::ofstream(path) << text; }
  static std::string Read(const fs::path& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  // The wait status of a child that confines itself and then tries.
  int StatusOf(const std::function<bool()>& attempt) const {
    const pid_t child = fork();
    if (child == 0) {
      if (!Confine(plan_)) _exit(kConfinementFailed);
      _exit(attempt() ? 0 : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return status;
  }
  void ExpectWorks(const std::function<bool()>& attempt) const {
    const int status = StatusOf(attempt);
    ASSERT_TRUE(WIFEXITED(status)) << "killed by signal " << WTERMSIG(status);
    EXPECT_EQ(WEXITSTATUS(status), 0);
  }
  void ExpectFails(const std::function<bool()>& attempt) const {
    const int status = StatusOf(attempt);
    ASSERT_TRUE(WIFEXITED(status)) << "killed by signal " << WTERMSIG(status);
    EXPECT_EQ(WEXITSTATUS(status), 1);
  }
  void ExpectKilled(const std::function<bool()>& attempt) const {
    const int status = StatusOf(attempt);
    ASSERT_TRUE(WIFSIGNALED(status)) << "exit code " << WEXITSTATUS(status);
    EXPECT_EQ(WTERMSIG(status), SIGSYS);
  }

  fs::path root_;
  fs::path data_;
  ConfinementPlan plan_;
};

// A socket that listens on 127.0.0.1.
int Listen(uint16_t port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || listen(fd, 1) != 0) {
    close(fd);
    return -1;
  }
  return fd;
}

uint16_t PortOf(int fd) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

bool Connects(uint16_t port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
}

bool HasLandlock() { return syscall(444, nullptr, 0, 1) >= 1; }
int LandlockAbi() { return static_cast<int>(syscall(444, nullptr, 0, 1)); }

TEST_F(ConfinementTest, TheDataFolderStaysUsable) {
  ExpectWorks([&] {
    Write(data_ / "new", "1");
    fs::create_directory(data_ / "folder");
    fs::rename(data_ / "new", data_ / "folder" / "moved");
    fs::create_hard_link(data_ / "folder" / "moved", data_ / "linked");
    fs::resize_file(data_ / "inside", 2);
    return Read(data_ / "linked") == "1" && Read(data_ / "inside") == "in" && fs::remove_all(data_ / "folder") == 2;
  });
}

TEST_F(ConfinementTest, ThreadsClocksAndMemoryStayUsable) {
  ExpectWorks([] {
    int seen = 0;
    std::thread([&] { seen = 1; }).join();
    void* memory = mmap(nullptr, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return seen == 1 && memory != MAP_FAILED && mlock(memory, 4096) == 0 && munmap(memory, 1 << 20) == 0;
  });
}

TEST_F(ConfinementTest, AbortIsStillAnAbort) {
  const int status = StatusOf([]() -> bool { std::abort(); });
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), SIGABRT);
}

TEST_F(ConfinementTest, TlsFilesCanBeReadAgainAfterTheyWereReplaced) {
  const pid_t child = fork();
  if (child == 0) {
    if (!Confine(plan_)) _exit(kConfinementFailed);
    // The parent renews the certificate meanwhile, as an ACME client does.
    while (Read(root_ / "tls" / "key.pem") != "renewed") std::this_thread::sleep_for(std::chrono::milliseconds(1));
    _exit(0);
  }
  Write(root_ / "archive" / "key2.pem", "renewed");
  fs::create_symlink("../archive/key2.pem", root_ / "tls" / "next");
  fs::rename(root_ / "tls" / "next", root_ / "tls" / "key.pem");
  int status = -1;
  for (int i = 0; i < 5000 && waitpid(child, &status, WNOHANG) == 0; ++i) usleep(1000);
  if (status == -1) kill(child, SIGKILL);
  EXPECT_EQ(status, 0);
}

TEST_F(ConfinementTest, TlsFilesCannotBeWritten) {
  if (!HasLandlock()) GTEST_SKIP() << "no Landlock in this kernel";
  ExpectFails([&] { return open((root_ / "tls" / "key.pem").c_str(), O_WRONLY) >= 0; });
  ExpectFails([&] { return open((root_ / "tls" / "other").c_str(), O_WRONLY | O_CREAT, 0600) >= 0; });
}

TEST_F(ConfinementTest, NothingElseIsReadOrWritten) {
  if (!HasLandlock()) GTEST_SKIP() << "no Landlock in this kernel";
  ASSERT_EQ(Read(root_ / "outside"), "outside");  // it is there, without the confinement
  ExpectFails([&] { return open((root_ / "outside").c_str(), O_RDONLY) >= 0; });
  ExpectFails([&] { return open((root_ / "outside").c_str(), O_WRONLY) >= 0; });
  ExpectFails([&] { return open((root_ / "made").c_str(), O_WRONLY | O_CREAT, 0600) >= 0; });
  ExpectFails([&] { return open((data_ / ".." / "outside").c_str(), O_RDONLY) >= 0; });
  ExpectFails([] { return open("/etc/passwd", O_RDONLY) >= 0; });
  ExpectFails([] { return open("/proc/self/mem", O_RDWR) >= 0; });
  ExpectFails([&] { return rename((data_ / "inside").c_str(), (root_ / "moved").c_str()) == 0; });
  ExpectFails([&] { return link((root_ / "outside").c_str(), (data_ / "stolen").c_str()) == 0; });
}

TEST_F(ConfinementTest, ASymbolicLinkOutOfTheDataFolderLeadsNowhere) {
  if (!HasLandlock()) GTEST_SKIP() << "no Landlock in this kernel";
  fs::create_symlink(root_ / "outside", data_ / "link");
  ExpectFails([&] { return open((data_ / "link").c_str(), O_RDONLY) >= 0; });
}

TEST_F(ConfinementTest, ThreadsStartedLaterAreConfinedToo) {
  if (!HasLandlock()) GTEST_SKIP() << "no Landlock in this kernel";
  ExpectFails([&] {
    bool opened = false;
    std::thread([&] { opened = open((root_ / "outside").c_str(), O_RDONLY) >= 0; }).join();
    return opened;
  });
}

TEST_F(ConfinementTest, RunningAProgramEndsTheProcess) {
  ExpectKilled([] { return execl("/bin/true", "true", nullptr) == 0; });
  ExpectKilled([] { return system("true") == 0 || vfork() >= 0; });
}

TEST_F(ConfinementTest, TracingAndOtherProcessesMemoryEndTheProcess) {
  ExpectKilled([] { return ptrace(PTRACE_ATTACH, getppid(), nullptr, nullptr) == 0; });
  ExpectKilled([] { return syscall(SYS_process_vm_readv, getppid(), nullptr, 0, nullptr, 0, 0) >= 0; });
  ExpectKilled([] { return syscall(SYS_bpf, 0, nullptr, 0) >= 0; });
  ExpectKilled([] { return syscall(SYS_keyctl, 0, 0, 0, 0, 0) >= 0; });
  ExpectKilled([] { return setuid(0) == 0; });
}

TEST_F(ConfinementTest, NoProcessIsForked) {
  ExpectFails([] {
    const pid_t made = fork();
    if (made == 0) _exit(0);
    return made > 0;
  });
}

TEST_F(ConfinementTest, AnUnknownCallIsOneThatTheKernelLacks) {
  ExpectWorks([] { return syscall(SYS_io_uring_enter, -1, 0, 0, 0, nullptr, 0) == -1 && errno == ENOSYS; });
  ExpectWorks([] { return kill(getppid(), 0) == -1 && errno == ENOSYS; });
}

TEST_F(ConfinementTest, NoMemoryBecomesExecutable) {
  ExpectFails(
      [] { return mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED; });
  ExpectFails([] {
    void* memory = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return mprotect(memory, 4096, PROT_READ | PROT_EXEC) == 0;
  });
}

TEST_F(ConfinementTest, CoreDumpsStayOff) {
  ExpectFails([] { return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == 0; });
}

TEST_F(ConfinementTest, NoConnectionIsOpened) {
  const int listening = Listen(0);
  ASSERT_GE(listening, 0);
  const uint16_t port = PortOf(listening);
  ASSERT_TRUE(Connects(port));
  ExpectFails([&] { return Connects(port); });
  ExpectFails([] { return socket(AF_INET, SOCK_DGRAM, 0) >= 0; });
  ExpectFails([] { return socket(AF_PACKET, SOCK_RAW, 0) >= 0; });
  ExpectFails([&] {
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return sendto(fd, "x", 1, MSG_FASTOPEN, reinterpret_cast<sockaddr*>(&address), sizeof address) >= 0;
  });
  plan_.connects_out = true;
  ExpectWorks([&] { return Connects(port); });
  ExpectWorks([] { return socket(AF_INET, SOCK_DGRAM, 0) >= 0; });
  close(listening);
}

TEST_F(ConfinementTest, OnlyItsOwnPortIsListenedOn) {
  int probe = Listen(0);
  const uint16_t own = PortOf(probe);
  close(probe);
  ExpectWorks([] { return Listen(0) >= 0; });
  plan_.listen_ports = {own};
  ExpectWorks([&] { return Listen(own) >= 0; });
  if (LandlockAbi() < 4) GTEST_SKIP() << "no rules for ports in this kernel";
  ExpectFails([&] { return Listen(own == 65535 ? 65534 : own + 1) >= 0; });
  ExpectFails([&] { return Listen(0) >= 0; });
}

std::string StatusLine(const char* name) {
  std::ifstream file("/proc/thread-self/status");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(name)) return line.substr(line.find_last_of("\t ") + 1);
  }
  return "none";
}

TEST_F(ConfinementTest, PrivilegesAreGone) {
  plan_.writable_folders.push_back("/proc");
  for (const char* set : {"CapEff:", "CapPrm:", "CapInh:", "CapAmb:"}) {
    ExpectWorks([&] { return StatusLine(set) == "0000000000000000"; });
  }
  ExpectWorks([] { return StatusLine("NoNewPrivs:") == "1" && StatusLine("Seccomp:") == "2"; });
  constexpr uint64_t kSetPcap = 1 << 8;  // who lacks it cannot drop from the bounding set
  if ((std::stoull(StatusLine("CapEff:"), nullptr, 16) & kSetPcap) != 0)
    ExpectWorks([] { return StatusLine("CapBnd:") == "0000000000000000"; });
}

TEST_F(ConfinementTest, ThePortBelow1024KeepsItsOneCapability) {
  if (geteuid() != 0) GTEST_SKIP() << "only who has the capability can keep it";
  std::ifstream file("/proc/sys/net/ipv4/ip_unprivileged_port_start");
  int first = 0;
  if (!(file >> first) || first <= 443) GTEST_SKIP() << "every port is everybody's here";
  plan_.writable_folders.push_back("/proc");
  plan_.listen_ports = {443};
  ExpectWorks([] { return StatusLine("CapEff:") == "0000000000000400"; });
}

TEST_F(ConfinementTest, AFolderThatIsNotThereIsAnError) {
  plan_.writable_folders.push_back(root_ / "missing");
  const int status = StatusOf([] { return true; });
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), HasLandlock() ? kConfinementFailed : 0);
}

TEST_F(ConfinementTest, TooLateIsAnError) {
  const pid_t child = fork();
  if (child == 0) {
    std::thread other([] { pause(); });
    const auto confined = Confine(plan_);
    _exit(!confined && confined.error().kind == ErrorKind::kInternal ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST_F(ConfinementTest, SaysWhatIsInForce) {
  const int abi = std::max(LandlockAbi(), 0);
  const pid_t child = fork();
  if (child == 0) {
    const auto confined = Confine(plan_);
    if (!confined) _exit(kConfinementFailed);
    const bool right = confined->landlock_abi == abi && confined->syscall_filter && !confined->landlock_ports &&
                       !confined->bind_capability && !confined->sanitized;
    _exit(right ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace kagimori::app
