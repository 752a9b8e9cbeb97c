#ifndef KAGIMORI_APP_OUTPUT_FILE_H_
#define KAGIMORI_APP_OUTPUT_FILE_H_

#include <filesystem>
#include <functional>
#include <string>

#include "app/unix_socket.h"
#include "base/bytes.h"
#include "base/result.h"

namespace kagimori::app {

// A new file, mode 0600, that is there whole and on stable storage or not at all: written under another name beside it
// (NAME.XXXXXX.tmp), which goes when anything fails. Errors name the file and the system's reason (no space left).
class OutputFile {
 public:
  // kConflict: the file is there already.
  static Result<OutputFile> Create(const std::filesystem::path& file);
  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&&) = delete;
  ~OutputFile();  // takes back what was not finished

  Result<> Write(ByteView bytes);
  // kConflict: somebody else made the file meanwhile.
  Result<> Finish();

 private:
  OutputFile(std::filesystem::path file, std::string temporary, int fd)
      : file_(std::move(file)), temporary_(std::move(temporary)), fd_(fd) {}

  std::filesystem::path file_;
  std::string temporary_;  // empty: finished
  Descriptor fd_;
};

// Reads `file` from its beginning, as a seal::BackupSource; follows symbolic links. kNotFound, kIo.
Result<std::function<Result<size_t>(MutableByteView)>> ReadFileFrom(const std::filesystem::path& file);

}  // namespace kagimori::app

#endif  // KAGIMORI_APP_OUTPUT_FILE_H_
