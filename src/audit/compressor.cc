#include "audit/compressor.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <zstd.h>

#include <cerrno>
#include <memory>
#include <utility>
#include <vector>

#include "audit/files.h"
#include "audit/line_reader.h"
#include "base/log.h"
#include "base/thread_priority.h"

namespace kagimori::audit {
namespace {

constexpr int kLevel = 3;
constexpr size_t kChunkBytes = 256 * 1024;

struct FreeContext {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};

Result<> Fail(std::string text) { return kagimori::Fail(ErrorKind::kInternal, std::move(text)); }

Result<size_t> ReadChunk(const File& file, std::vector<char>* chunk) {
  while (true) {
    ssize_t got = read(file.fd(), chunk->data(), chunk->size());
    if (got >= 0) return static_cast<size_t>(got);
    if (errno != EINTR) return FailErrno("read", "a closed audit file");
  }
}

// kUnavailable when told to stop.
Result<> Pack(const File& from, const File& to, const std::atomic<bool>& stopping) {
  std::unique_ptr<ZSTD_CCtx, FreeContext> context(ZSTD_createCCtx());
  if (!context) return Fail("no memory to compress");
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, kLevel);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
  std::vector<char> chunk(kChunkBytes);
  std::vector<char> packed(ZSTD_CStreamOutSize());
  while (true) {
    if (stopping) return kagimori::Fail(ErrorKind::kUnavailable, "stopping");
    KAGIMORI_ASSIGN_OR_RETURN(size_t got, ReadChunk(from, &chunk));
    ZSTD_inBuffer input{chunk.data(), got, 0};
    ZSTD_EndDirective directive = got == 0 ? ZSTD_e_end : ZSTD_e_continue;
    size_t left = 0;
    do {
      ZSTD_outBuffer output{packed.data(), packed.size(), 0};
      left = ZSTD_compressStream2(context.get(), &output, &input, directive);
      if (ZSTD_isError(left)) return Fail(std::string("compress: ") + ZSTD_getErrorName(left));
      KAGIMORI_RETURN_IF_ERROR(to.WriteAll({packed.data(), output.pos}));
    } while (directive == ZSTD_e_end ? left != 0 : input.pos != input.size);
    if (got == 0) return to.Sync();
  }
}

// Both forms hold the same lines to the last byte.
Result<> Compare(const std::filesystem::path& plain, const std::filesystem::path& packed,
                 const std::atomic<bool>& stopping) {
  KAGIMORI_ASSIGN_OR_RETURN(LineReader one, LineReader::Open(plain, false));
  KAGIMORI_ASSIGN_OR_RETURN(LineReader other, LineReader::Open(packed, true));
  while (true) {
    if (stopping) return kagimori::Fail(ErrorKind::kUnavailable, "stopping");
    KAGIMORI_ASSIGN_OR_RETURN(auto a, one.Next());
    KAGIMORI_ASSIGN_OR_RETURN(auto b, other.Next());
    if (a != b) return kagimori::Fail(ErrorKind::kCorrupt, "the compressed audit file differs from the plain one");
    if (!a) break;
  }
  if (one.partial() != other.partial()) return kagimori::Fail(ErrorKind::kCorrupt, "the compressed audit file is cut");
  return {};
}

}  // namespace

Compressor::Compressor(std::filesystem::path folder) : folder_(std::move(folder)) {
  thread_ = std::thread([this] { Run(); });
  pthread_setname_np(thread_.native_handle(), "audit-pack");
}

Compressor::~Compressor() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void Compressor::Add(uint64_t file_number) {
  {
    std::lock_guard lock(mutex_);
    queue_.push_back(file_number);
  }
  wake_.notify_one();
}

void Compressor::GiveUp(uint64_t file_number) {
  std::lock_guard lock(publish_mutex_);
  given_up_ = file_number;
}

void Compressor::Run() {
  BecomeIdleThread();
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (stopping_) return;
    uint64_t number = queue_.front();
    queue_.pop_front();
    lock.unlock();
    Result<> result = CompressFile(number);
    if (!result && !stopping_) {
      // The plain file stays and is as good; the next start tries again.
      log::Warning("audit file not compressed", {{"file", PlainName(number)}, {"error", result.error().text}});
    }
    lock.lock();
  }
}

Result<> Compressor::CompressFile(uint64_t number) {
  std::filesystem::path plain = folder_ / PlainName(number);
  std::filesystem::path packed = folder_ / CompressedName(number);
  std::filesystem::path temporary = packed.string() + ".tmp";
  unlink(temporary.c_str());
  auto made = [&]() -> Result<> {
    KAGIMORI_ASSIGN_OR_RETURN(File from, File::Open(plain, O_RDONLY));
    KAGIMORI_ASSIGN_OR_RETURN(File to, File::Open(temporary, O_WRONLY | O_CREAT | O_EXCL));
    KAGIMORI_RETURN_IF_ERROR(Pack(from, to, stopping_));
    return Compare(plain, temporary, stopping_);
  }();
  std::lock_guard lock(publish_mutex_);
  if (!made || number <= given_up_) {
    unlink(temporary.c_str());
    return number <= given_up_ ? Result<>() : made;
  }
  KAGIMORI_RETURN_IF_ERROR(Publish(temporary, packed));
  if (unlink(plain.c_str()) != 0) return FailErrno("remove", plain);
  return SyncFolder(folder_);
}

}  // namespace kagimori::audit
