#include "audit/line_reader.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace kagimori::audit {
namespace {

constexpr size_t kReadBytes = 128 * 1024;
constexpr int kMaxWindowLog = 24;  // of our own files: at most 2^21 at the level in use

}  // namespace

Result<LineReader> LineReader::Open(const std::filesystem::path& path, bool compressed) {
  LineReader reader;
  KAGIMORI_ASSIGN_OR_RETURN(reader.file_, File::Open(path, O_RDONLY));
  posix_fadvise(reader.file_.fd(), 0, 0, POSIX_FADV_SEQUENTIAL);
  reader.buffer_.resize(2 * kReadBytes);
  if (compressed) {
    reader.stream_.reset(ZSTD_createDStream());
    if (!reader.stream_) return Fail(ErrorKind::kLimit, "no memory to decompress");
    ZSTD_DCtx_setParameter(reader.stream_.get(), ZSTD_d_windowLogMax, kMaxWindowLog);
    reader.packed_.resize(kReadBytes);
  }
  return reader;
}

Result<std::optional<std::string_view>> LineReader::Next() {
  size_t searched = 0;
  while (true) {
    const char* from = buffer_.data() + begin_ + searched;
    const void* newline = std::memchr(from, '\n', end_ - begin_ - searched);
    if (newline != nullptr) {
      size_t size = static_cast<size_t>(static_cast<const char*>(newline) - (buffer_.data() + begin_));
      std::string_view line(buffer_.data() + begin_, size);
      begin_ += size + 1;
      return line;
    }
    searched = end_ - begin_;
    if (searched > kMaxLineBytes) return Fail(ErrorKind::kLimit, "a line longer than any line of the log");
    if (buffer_.size() - end_ < kReadBytes) {
      std::memmove(buffer_.data(), buffer_.data() + begin_, searched);
      begin_ = 0;
      end_ = searched;
      if (buffer_.size() - end_ < kReadBytes) buffer_.resize(buffer_.size() * 2);  // bounded by kMaxLineBytes
    }
    KAGIMORI_ASSIGN_OR_RETURN(size_t got, Fill(buffer_.data() + end_, buffer_.size() - end_));
    if (got == 0) return std::nullopt;
    end_ += got;
    bytes_ += got;
  }
}

Result<size_t> LineReader::ReadFile(char* to, size_t room) {
  while (true) {
    ssize_t got = read(file_.fd(), to, std::min(room, kReadBytes));
    if (got >= 0) return static_cast<size_t>(got);
    if (errno != EINTR) return FailErrno("read", "the audit log");
  }
}

Result<size_t> LineReader::Fill(char* to, size_t room) {
  if (!stream_) return ReadFile(to, room);
  ZSTD_outBuffer output{to, room, 0};
  while (output.pos == 0) {
    // What the last call had no room for comes first, without new input.
    if (input_.pos == input_.size && !output_waits_) {
      KAGIMORI_ASSIGN_OR_RETURN(size_t got, ReadFile(packed_.data(), packed_.size()));
      if (got == 0) {
        if (frame_open_) return Fail(ErrorKind::kCorrupt, "the compressed file ends too early");
        return size_t{0};
      }
      input_ = {packed_.data(), got, 0};
    }
    size_t left = ZSTD_decompressStream(stream_.get(), &output, &input_);
    if (ZSTD_isError(left)) return Fail(ErrorKind::kCorrupt, std::string("decompress: ") + ZSTD_getErrorName(left));
    frame_open_ = left != 0;
    output_waits_ = frame_open_ && output.pos == output.size;
  }
  return output.pos;
}

}  // namespace kagimori::audit
