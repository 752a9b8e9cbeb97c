#ifndef KAGIMORI_AUDIT_LINE_READER_H_
#define KAGIMORI_AUDIT_LINE_READER_H_

#include <zstd.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "audit/files.h"
#include "base/result.h"

namespace kagimori::audit {

// Reads a log file, plain or compressed, line by line in bounded memory.
class LineReader {
 public:
  // The longest line there is: a link over kMaxBatchEvents records.
  static constexpr size_t kMaxLineBytes = 1 << 20;

  static Result<LineReader> Open(const std::filesystem::path& path, bool compressed);

  // The next line without its newline, valid until the next call; nothing at the end. kLimit for an endless line,
  // kCorrupt when decompression fails.
  Result<std::optional<std::string_view>> Next();

  // After the end: the bytes behind the last newline.
  std::string_view partial() const { return {buffer_.data() + begin_, end_ - begin_}; }
  uint64_t bytes() const { return bytes_; }  // of plain text so far

 private:
  struct FreeStream {
    void operator()(ZSTD_DStream* stream) const { ZSTD_freeDStream(stream); }
  };

  LineReader() = default;
  Result<size_t> Fill(char* to, size_t room);  // 0 at the end
  Result<size_t> ReadFile(char* to, size_t room);

  File file_;
  std::vector<char> buffer_;
  size_t begin_ = 0;
  size_t end_ = 0;
  uint64_t bytes_ = 0;

  std::unique_ptr<ZSTD_DStream, FreeStream> stream_;  // compressed files only
  std::vector<char> packed_;
  ZSTD_inBuffer input_{};
  bool frame_open_ = false;
  bool output_waits_ = false;
};

}  // namespace kagimori::audit

#endif  // KAGIMORI_AUDIT_LINE_READER_H_
