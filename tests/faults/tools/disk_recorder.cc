// Preloaded into the program under test: writes down everything it does to the files of a few folders, in one order,
// and what it answers on its sockets; or lets calls fail; or makes every sync a lie. Tests only, never installed.
//
// Environment:
//   KAGIMORI_DISK_ROOTS    folders, absolute, separated by ':'; nothing else is looked at
//   KAGIMORI_DISK_LOG      file for the records (support/recording.py reads them); absent: nothing is recorded
//   KAGIMORI_DISK_NO_SYNC  set: fsync and fdatasync do nothing, are not recorded, and report success
//   KAGIMORI_DISK_DELAY    microseconds that a sync takes longer, so that more happens meanwhile
//   KAGIMORI_DISK_FAULTS   a file of kRuleBytes with lines "CALL PATTERN ERRNO", NUL-filled; read anew at every call,
//   so
//                          that a test can change it. CALL: open (for writing), read (open for reading), write, sync,
//                          truncate, rename, unlink, mkdir; PATTERN: as for fnmatch, over the whole path
//
// The order: a write is done and recorded under one lock. A sync is recorded twice, before it begins and after it has
// succeeded: what was recorded before its beginning is durable from its end on. An answer is recorded before it is
// given to the kernel: nobody can have seen it earlier.
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr size_t kDescriptors = 1 << 16;
constexpr size_t kRuleBytes = 4096;
constexpr size_t kMarkBytes = 1024;

template <class Function>
Function Next(const char* name) {
  void* found = dlsym(RTLD_NEXT, name);
  if (found == nullptr) {
    fprintf(stderr, "disk recorder: no %s\n", name);
    abort();
  }
  return reinterpret_cast<Function>(found);
}
// The real call.
#define REAL(name)                                           \
  ([] {                                                      \
    static const auto next = Next<decltype(&::name)>(#name); \
    return next;                                             \
  }())

struct Header {
  uint32_t size;  // of the whole record
  char kind;
  char padding[3];
  int32_t descriptor;
  int32_t flags;
  int64_t offset;
  uint32_t first;   // bytes of the first text
  uint32_t second;  // bytes of the second
};

class Recorder {
 public:
  static Recorder& Get() {
    static auto* const recorder = new Recorder;  // never destroyed: files are closed until the very end
    return *recorder;
  }

  std::mutex mutex;

  // Absolute, as the program named it; "" when it is under none of the roots.
  std::string Path(int folder, const char* name) const {
    std::string path;
    if (name[0] != '/') {
      char place[4096];
      std::string link = folder == AT_FDCWD ? "/proc/self/cwd" : "/proc/self/fd/" + std::to_string(folder);
      ssize_t size = readlink(link.c_str(), place, sizeof(place));
      if (size <= 0) return "";
      path.assign(place, static_cast<size_t>(size)) += '/';
    }
    path += name;
    for (const std::string& root : roots_) {
      if (path.starts_with(root) && (path.size() == root.size() || path[root.size()] == '/')) return path;
    }
    return "";
  }

  bool Tracks(int descriptor) const {
    return descriptor >= 0 && static_cast<size_t>(descriptor) < kDescriptors && !paths_[descriptor].empty();
  }
  const std::string& PathOf(int descriptor) const { return paths_[descriptor]; }
  void Opened(int descriptor, std::string path) {
    if (descriptor >= 0 && static_cast<size_t>(descriptor) < kDescriptors) paths_[descriptor] = std::move(path);
  }
  void Closed(int descriptor) {
    if (descriptor >= 0 && static_cast<size_t>(descriptor) < kDescriptors) paths_[descriptor].clear();
  }

  // REQUIRES: mutex held, so that the order is the order in which things happened.
  void Write(char kind, int descriptor, int flags, int64_t offset, std::string_view first = {},
             std::string_view second = {}) {
    if (log_ < 0) return;
    Header header{static_cast<uint32_t>(sizeof(Header) + first.size() + second.size()),
                  kind,
                  {},
                  descriptor,
                  flags,
                  offset,
                  static_cast<uint32_t>(first.size()),
                  static_cast<uint32_t>(second.size())};
    line_.assign(reinterpret_cast<const char*>(&header), sizeof(header));
    line_.append(first).append(second);
    for (size_t done = 0; done < line_.size();) {
      ssize_t written = REAL(write)(log_, line_.data() + done, line_.size() - done);
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) {
        perror("disk recorder");
        abort();
      }
      done += static_cast<size_t>(written);
    }
  }

  // Whether this call shall fail; sets errno.
  bool Fails(std::string_view call, const std::string& path) const {
    if (rules_ == nullptr) return false;
    std::string_view rules(rules_, strnlen(rules_, kRuleBytes));
    while (!rules.empty()) {
      std::string line(rules.substr(0, rules.find('\n')));
      rules.remove_prefix(std::min(rules.size(), line.size() + 1));
      size_t one = line.find(' ');
      size_t two = line.rfind(' ');
      if (one == std::string::npos || one == two || line.substr(0, one) != call) continue;
      if (fnmatch(line.substr(one + 1, two - one - 1).c_str(), path.c_str(), 0) != 0) continue;
      errno = atoi(line.c_str() + two + 1);
      return true;
    }
    return false;
  }

  bool no_sync() const { return no_sync_; }
  useconds_t delay() const { return delay_; }
  bool recording() const { return log_ >= 0; }

 private:
  Recorder() : paths_(kDescriptors) {
    const char* roots = getenv("KAGIMORI_DISK_ROOTS");
    std::string_view left = roots == nullptr ? "" : roots;
    while (!left.empty()) {
      roots_.emplace_back(left.substr(0, left.find(':')));
      left.remove_prefix(std::min(left.size(), roots_.back().size() + 1));
    }
    no_sync_ = getenv("KAGIMORI_DISK_NO_SYNC") != nullptr;
    if (const char* delay = getenv("KAGIMORI_DISK_DELAY")) delay_ = static_cast<useconds_t>(atoi(delay));
    if (const char* log = getenv("KAGIMORI_DISK_LOG")) {
      log_ = REAL(open)(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
      if (log_ < 0) Die(log);
    }
    if (const char* faults = getenv("KAGIMORI_DISK_FAULTS")) {
      int file = REAL(open)(faults, O_RDONLY | O_CLOEXEC);
      void* rules = file < 0 ? MAP_FAILED : mmap(nullptr, kRuleBytes, PROT_READ, MAP_SHARED, file, 0);
      if (rules == MAP_FAILED) Die(faults);
      REAL(close)(file);
      rules_ = static_cast<const char*>(rules);
    }
  }

  [[noreturn]] static void Die(const char* what) {
    perror(what);
    abort();
  }

  std::vector<std::string> roots_;
  std::vector<std::string> paths_;  // by descriptor; empty: not ours
  std::string line_;
  const char* rules_ = nullptr;
  int log_ = -1;
  bool no_sync_ = false;
  useconds_t delay_ = 0;
};

int Open(int folder, const char* name, int flags, mode_t mode) {
  Recorder& recorder = Recorder::Get();
  std::string path = recorder.Path(folder, name);
  if (path.empty()) {
    std::lock_guard lock(recorder.mutex);
    int descriptor = REAL(openat)(folder, name, flags, mode);
    recorder.Closed(descriptor);  // a number used again
    return descriptor;
  }
  bool writes = (flags & O_ACCMODE) != O_RDONLY || (flags & (O_CREAT | O_TRUNC)) != 0;
  if (recorder.Fails(writes ? "open" : "read", path)) return -1;
  std::lock_guard lock(recorder.mutex);
  struct stat status;
  bool was_there = lstat(path.c_str(), &status) == 0;
  int descriptor = REAL(openat)(folder, name, flags, mode);
  if (descriptor >= 0) {
    recorder.Opened(descriptor, path);
    recorder.Write('O', descriptor, flags, was_there ? 0 : 1, path);
    if ((flags & (O_SYNC | O_DSYNC | O_DIRECT)) != 0) recorder.Write('X', descriptor, flags, 0, "O_SYNC or O_DIRECT");
  }
  return descriptor;
}

mode_t Mode(int flags, va_list arguments) {
  return (flags & (O_CREAT | O_TMPFILE)) != 0 ? static_cast<mode_t>(va_arg(arguments, int)) : 0;
}

// A successful write of `done` bytes from `data`; `offset`: -1 for where the file's own position was.
void Wrote(int descriptor, ssize_t done, int64_t offset, const char* data) {
  if (done <= 0) return;
  if (offset < 0) offset = lseek(descriptor, 0, SEEK_CUR) - done;
  Recorder::Get().Write('W', descriptor, 0, offset, {}, {data, static_cast<size_t>(done)});
}

std::string Joined(const struct iovec* pieces, int count, size_t limit) {
  std::string all;
  for (int i = 0; i < count && all.size() < limit; ++i) {
    all.append(static_cast<const char*>(pieces[i].iov_base), std::min(pieces[i].iov_len, limit - all.size()));
  }
  return all;
}

void Answers(int descriptor, std::string_view head) {
  Recorder& recorder = Recorder::Get();
  if (!recorder.recording() || !head.starts_with("HTTP/1.1 ")) return;
  std::lock_guard lock(recorder.mutex);
  recorder.Write('S', descriptor, 0, 0, head.substr(0, kMarkBytes));
}

template <class Sync>
int DoSync(int descriptor, Sync sync) {
  Recorder& recorder = Recorder::Get();
  if (!recorder.Tracks(descriptor)) return sync(descriptor);
  if (recorder.Fails("sync", recorder.PathOf(descriptor))) return -1;
  if (recorder.no_sync()) return 0;
  static int64_t number = 0;
  int64_t mine;
  {
    std::lock_guard lock(recorder.mutex);
    mine = ++number;
    recorder.Write('B', descriptor, 0, mine);
  }
  int result = sync(descriptor);
  if (recorder.delay() > 0) usleep(recorder.delay());
  std::lock_guard lock(recorder.mutex);
  if (result == 0) recorder.Write('E', descriptor, 0, mine);
  return result;
}

// A change of names: done and recorded as one.
template <class Change>
int DoChange(std::string_view call, char kind, const std::string& path, const std::string& other, Change change) {
  Recorder& recorder = Recorder::Get();
  if (path.empty() && other.empty()) return change();
  if (recorder.Fails(call, path)) return -1;
  std::lock_guard lock(recorder.mutex);
  int result = change();
  if (result == 0) recorder.Write(kind, -1, 0, 0, path, other);
  return result;
}

// What no part of the program does; the tests fail when one begins to.
void Unexpected(int descriptor, const char* what) {
  Recorder& recorder = Recorder::Get();
  if (!recorder.Tracks(descriptor)) return;
  std::lock_guard lock(recorder.mutex);
  recorder.Write('X', descriptor, 0, 0, what);
}

}  // namespace

#pragma GCC diagnostic ignored "-Wmissing-declarations"
extern "C" {

int open(const char* name, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  mode_t mode = Mode(flags, arguments);
  va_end(arguments);
  return Open(AT_FDCWD, name, flags, mode);
}
int open64(const char* name, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  mode_t mode = Mode(flags, arguments);
  va_end(arguments);
  return Open(AT_FDCWD, name, flags, mode);
}
int openat(int folder, const char* name, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  mode_t mode = Mode(flags, arguments);
  va_end(arguments);
  return Open(folder, name, flags, mode);
}
int openat64(int folder, const char* name, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  mode_t mode = Mode(flags, arguments);
  va_end(arguments);
  return Open(folder, name, flags, mode);
}
int __open_2(const char* name, int flags) { return Open(AT_FDCWD, name, flags, 0); }
int __open64_2(const char* name, int flags) { return Open(AT_FDCWD, name, flags, 0); }
int __openat_2(int folder, const char* name, int flags) { return Open(folder, name, flags, 0); }
int __openat64_2(int folder, const char* name, int flags) { return Open(folder, name, flags, 0); }
int creat(const char* name, mode_t mode) { return Open(AT_FDCWD, name, O_WRONLY | O_CREAT | O_TRUNC, mode); }

int close(int descriptor) {
  Recorder& recorder = Recorder::Get();
  std::lock_guard lock(recorder.mutex);
  if (recorder.Tracks(descriptor)) recorder.Write('C', descriptor, 0, 0);
  recorder.Closed(descriptor);
  return REAL(close)(descriptor);
}

// It closes the descriptor that fdopendir was given without a call of close.
int closedir(DIR* folder) {
  Recorder& recorder = Recorder::Get();
  std::lock_guard lock(recorder.mutex);
  const int descriptor = dirfd(folder);
  if (recorder.Tracks(descriptor)) recorder.Write('C', descriptor, 0, 0);
  recorder.Closed(descriptor);
  return REAL(closedir)(folder);
}

ssize_t write(int descriptor, const void* data, size_t size) {
  Recorder& recorder = Recorder::Get();
  const auto* bytes = static_cast<const char*>(data);
  if (!recorder.Tracks(descriptor)) {
    Answers(descriptor, {bytes, size});
    return REAL(write)(descriptor, data, size);
  }
  if (recorder.Fails("write", recorder.PathOf(descriptor))) return -1;
  std::lock_guard lock(recorder.mutex);
  ssize_t done = REAL(write)(descriptor, data, size);
  Wrote(descriptor, done, -1, bytes);
  return done;
}
ssize_t pwrite(int descriptor, const void* data, size_t size, off_t offset) {
  Recorder& recorder = Recorder::Get();
  if (!recorder.Tracks(descriptor)) return REAL(pwrite)(descriptor, data, size, offset);
  if (recorder.Fails("write", recorder.PathOf(descriptor))) return -1;
  std::lock_guard lock(recorder.mutex);
  ssize_t done = REAL(pwrite)(descriptor, data, size, offset);
  Wrote(descriptor, done, offset, static_cast<const char*>(data));
  return done;
}
ssize_t pwrite64(int descriptor, const void* data, size_t size, off_t offset) {
  return pwrite(descriptor, data, size, offset);
}
ssize_t writev(int descriptor, const struct iovec* pieces, int count) {
  Recorder& recorder = Recorder::Get();
  if (!recorder.Tracks(descriptor)) {
    Answers(descriptor, Joined(pieces, count, kMarkBytes));
    return REAL(writev)(descriptor, pieces, count);
  }
  if (recorder.Fails("write", recorder.PathOf(descriptor))) return -1;
  std::lock_guard lock(recorder.mutex);
  ssize_t done = REAL(writev)(descriptor, pieces, count);
  Wrote(descriptor, done, -1, Joined(pieces, count, SIZE_MAX).data());
  return done;
}
ssize_t pwritev(int descriptor, const struct iovec* pieces, int count, off_t offset) {
  Unexpected(descriptor, "pwritev");
  return REAL(pwritev)(descriptor, pieces, count, offset);
}
ssize_t copy_file_range(int from, off_t* from_offset, int to, off_t* to_offset, size_t size, unsigned flags) {
  Unexpected(to, "copy_file_range");
  return REAL(copy_file_range)(from, from_offset, to, to_offset, size, flags);
}
ssize_t sendfile(int to, int from, off_t* offset, size_t size) {
  Unexpected(to, "sendfile");
  return REAL(sendfile)(to, from, offset, size);
}
void* mmap(void* address, size_t size, int protection, int flags, int descriptor, off_t offset) {
  if ((protection & PROT_WRITE) != 0 && (flags & MAP_SHARED) != 0) Unexpected(descriptor, "a shared mapping");
  return REAL(mmap)(address, size, protection, flags, descriptor, offset);
}
int dup2(int from, int to) {
  Unexpected(from, "dup2");
  return REAL(dup2)(from, to);
}

ssize_t send(int descriptor, const void* data, size_t size, int flags) {
  Answers(descriptor, {static_cast<const char*>(data), size});
  return REAL(send)(descriptor, data, size, flags);
}
ssize_t sendmsg(int descriptor, const struct msghdr* message, int flags) {
  Answers(descriptor, Joined(message->msg_iov, static_cast<int>(message->msg_iovlen), kMarkBytes));
  return REAL(sendmsg)(descriptor, message, flags);
}

int fsync(int descriptor) { return DoSync(descriptor, REAL(fsync)); }
int fdatasync(int descriptor) { return DoSync(descriptor, REAL(fdatasync)); }

int ftruncate(int descriptor, off_t size) {
  Recorder& recorder = Recorder::Get();
  if (!recorder.Tracks(descriptor)) return REAL(ftruncate)(descriptor, size);
  if (recorder.Fails("truncate", recorder.PathOf(descriptor))) return -1;
  std::lock_guard lock(recorder.mutex);
  int result = REAL(ftruncate)(descriptor, size);
  if (result == 0) recorder.Write('T', descriptor, 0, size);
  return result;
}
int ftruncate64(int descriptor, off_t size) { return ftruncate(descriptor, size); }
int truncate(const char* name, off_t size) {
  std::string path = Recorder::Get().Path(AT_FDCWD, name);
  if (path.empty()) return REAL(truncate)(name, size);
  int descriptor = open(name, O_WRONLY | O_CLOEXEC);
  if (descriptor < 0) return -1;
  int result = ftruncate(descriptor, size);
  close(descriptor);
  return result;
}
int fallocate(int descriptor, int mode, off_t offset, off_t size) {
  Recorder& recorder = Recorder::Get();
  if (!recorder.Tracks(descriptor)) return REAL(fallocate)(descriptor, mode, offset, size);
  if (recorder.Fails("write", recorder.PathOf(descriptor))) return -1;
  std::lock_guard lock(recorder.mutex);
  int result = REAL(fallocate)(descriptor, mode, offset, size);
  // With FALLOC_FL_KEEP_SIZE only room is taken or given back, beyond the file's end.
  if (result == 0 && (mode & FALLOC_FL_KEEP_SIZE) == 0) recorder.Write('X', descriptor, mode, offset, "fallocate");
  return result;
}
int posix_fallocate(int descriptor, off_t offset, off_t size) {
  Unexpected(descriptor, "posix_fallocate");
  return REAL(posix_fallocate)(descriptor, offset, size);
}

int rename(const char* from, const char* to) {
  Recorder& recorder = Recorder::Get();
  return DoChange("rename", 'R', recorder.Path(AT_FDCWD, from), recorder.Path(AT_FDCWD, to),
                  [&] { return REAL(rename)(from, to); });
}
int renameat(int from_folder, const char* from, int to_folder, const char* to) {
  Recorder& recorder = Recorder::Get();
  return DoChange("rename", 'R', recorder.Path(from_folder, from), recorder.Path(to_folder, to),
                  [&] { return REAL(renameat)(from_folder, from, to_folder, to); });
}
int link(const char* from, const char* to) {
  Recorder& recorder = Recorder::Get();
  return DoChange("rename", 'L', recorder.Path(AT_FDCWD, from), recorder.Path(AT_FDCWD, to),
                  [&] { return REAL(link)(from, to); });
}
int unlink(const char* name) {
  return DoChange("unlink", 'U', Recorder::Get().Path(AT_FDCWD, name), "", [&] { return REAL(unlink)(name); });
}
int rmdir(const char* name) {
  return DoChange("unlink", 'D', Recorder::Get().Path(AT_FDCWD, name), "", [&] { return REAL(rmdir)(name); });
}
int unlinkat(int folder, const char* name, int flags) {
  return DoChange("unlink", (flags & AT_REMOVEDIR) != 0 ? 'D' : 'U', Recorder::Get().Path(folder, name), "",
                  [&] { return REAL(unlinkat)(folder, name, flags); });
}
int remove(const char* name) {
  struct stat status;
  if (lstat(name, &status) != 0) return -1;
  return S_ISDIR(status.st_mode) ? rmdir(name) : unlink(name);
}
int mkdir(const char* name, mode_t mode) {
  return DoChange("mkdir", 'M', Recorder::Get().Path(AT_FDCWD, name), "", [&] { return REAL(mkdir)(name, mode); });
}
int mkdirat(int folder, const char* name, mode_t mode) {
  return DoChange("mkdir", 'M', Recorder::Get().Path(folder, name), "",
                  [&] { return REAL(mkdirat)(folder, name, mode); });
}

}  // extern "C"
