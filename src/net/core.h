#ifndef KAGIMORI_NET_CORE_H_
#define KAGIMORI_NET_CORE_H_

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

namespace kagimori::net {

// One thread with one io_context: everything a connection does, and every cheap operation, runs where it was read.
//
// The thread works in turns: it runs every handler that is ready, then calls the turn-end hooks, then waits for the kernel.
// What is cheaper for many requests than for one (appending audit records, writing) hangs on a hook.
class Core {
 public:
  explicit Core(int index);
  ~Core();
  Core(const Core&) = delete;

  int index() const { return index_; }
  boost::asio::io_context& io() { return io_; }

  // Called after each turn, on the core's thread, in the order of registration. Register before Start.
  void AddTurnEndHook(std::function<void()> hook);

  // Runs `work` on the core's thread, in one of the next turns. Thread-safe.
  void Post(std::move_only_function<void()> work);

  // The core whose thread this is, or null.
  static Core* Current();

  void Start();
  // Lets the thread end when no work is left, and joins it.
  void Finish();

 private:
  void Run();

  int index_;
  boost::asio::io_context io_;
  std::vector<std::function<void()>> hooks_;
  std::thread thread_;
  std::unique_ptr<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> guard_;
};

}  // namespace kagimori::net

#endif  // KAGIMORI_NET_CORE_H_
