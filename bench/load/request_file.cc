#include "bench/load/request_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>

#include "bench/load/stream.h"

namespace kagimori::bench {

RequestFile::RequestFile(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat status{};
  if (fd < 0 || fstat(fd, &status) < 0) Die(path);
  bytes_ = static_cast<size_t>(status.st_size);
  if (bytes_ == 0) Die(path + " is empty");
  // Populated, so that no page fault falls into the measured time.
  void* mapped = mmap(nullptr, bytes_, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
  if (mapped == MAP_FAILED) Die(path);
  close(fd);
  data_ = static_cast<char*>(mapped);
  for (size_t at = 0; at < bytes_;) {
    uint32_t length = 0;
    if (bytes_ - at < sizeof length) Die(path + " is cut short");
    std::memcpy(&length, data_ + at, sizeof length);
    at += sizeof length;
    if (bytes_ - at < length) Die(path + " is cut short");
    messages_.emplace_back(data_ + at, length);
    at += length;
  }
}

RequestFile::~RequestFile() { munmap(data_, bytes_); }

}  // namespace kagimori::bench
