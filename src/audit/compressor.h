#ifndef KAGIMORI_AUDIT_COMPRESSOR_H_
#define KAGIMORI_AUDIT_COMPRESSOR_H_

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <mutex>
#include <thread>

#include "base/result.h"

namespace kagimori::audit {

// Compresses closed files on a thread of idle priority. A plain file goes only when its compressed form is on stable
// storage and has been read back to the same bytes; a crash or a stop at any instant leaves at least one of the two
// whole.
class Compressor {
 public:
  explicit Compressor(std::filesystem::path folder);
  ~Compressor();  // stops; a file half done is begun again at the next start

  void Add(uint64_t file_number);
  // Files up to this one are to be removed: none of them is brought back once this has returned.
  void GiveUp(uint64_t file_number);

 private:
  void Run();
  Result<> CompressFile(uint64_t number);

  const std::filesystem::path folder_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<uint64_t> queue_;  // by mutex_
  std::mutex publish_mutex_;
  uint64_t given_up_ = 0;  // by publish_mutex_
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace kagimori::audit

#endif  // KAGIMORI_AUDIT_COMPRESSOR_H_
