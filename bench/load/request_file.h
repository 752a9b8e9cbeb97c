#ifndef KAGIMORI_BENCH_LOAD_REQUEST_FILE_H_
#define KAGIMORI_BENCH_LOAD_REQUEST_FILE_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace kagimori::bench {

// A file of messages, each preceded by its length in four bytes, least significant first (bench/load/make_requests.py).
// Mapped; the views live as long as this does. Ends the program when the file is cut short.
class RequestFile {
 public:
  explicit RequestFile(const std::string& path);
  ~RequestFile();
  RequestFile(const RequestFile&) = delete;
  RequestFile& operator=(const RequestFile&) = delete;

  size_t size() const { return messages_.size(); }
  std::string_view operator[](size_t index) const { return messages_[index]; }

 private:
  char* data_ = nullptr;
  size_t bytes_ = 0;
  std::vector<std::string_view> messages_;
};

}  // namespace kagimori::bench

#endif  // KAGIMORI_BENCH_LOAD_REQUEST_FILE_H_
