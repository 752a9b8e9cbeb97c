#ifndef KAGIMORI_STORE_READER_POOL_H_
#define KAGIMORI_STORE_READER_POOL_H_

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace kagimori::store {

// A few threads that carry out reads that would block, in order of arrival. Thread-safe.
class ReaderPool {
 public:
  ReaderPool(int threads, size_t max_waiting);
  ~ReaderPool();
  ReaderPool(const ReaderPool&) = delete;

  // False, and `work` untouched, when too many wait or the pool is closed.
  bool Submit(std::move_only_function<void()>&& work);

  // Finishes what was accepted and joins the threads.
  void Close();

 private:
  void Run();

  const size_t max_waiting_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::move_only_function<void()>> waiting_;
  bool closing_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace kagimori::store

#endif  // KAGIMORI_STORE_READER_POOL_H_
