#ifndef KAGIMORI_NET_CORE_H_
#define KAGIMORI_NET_CORE_H_

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <coroutine>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

namespace kagimori::net {

// One thread with one io_context: everything a connection does, and every cheap operation, runs where it was read.
//
// The thread works in turns: it runs the handlers that are ready (a bounded number, so that a turn ends under load
// too), then calls the turn-end hooks, then waits for the kernel. What is cheaper for many requests than for one
// (appending audit records, releasing their responses) hangs on a hook.
class Core {
 public:
  explicit Core(int index);
  // Finishes.
  ~Core();
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  int index() const { return index_; }
  boost::asio::io_context& io() { return io_; }

  // Called after each turn, on the core's thread, in the order of registration. Register before Start. A hook that
  // leaves work for an earlier hook calls WantTurn.
  void AddTurnEndHook(std::function<void()> hook);

  // Asks that the hooks run once more before the core sleeps. Only on the core's thread.
  void WantTurn() { want_turn_ = true; }

  // Runs `work` on the core's thread, in one of the next turns. Thread-safe. What is posted after Finish is dropped.
  void Post(std::move_only_function<void()> work);

  // For a thread whose work leaves results with cores: from now on what it posts is kept until HandOver gives each core
  // its own together. Cores then have one turn for several results, with one link of the audit log, one signature of
  // it and one write, instead of one turn for each. Never on a core's thread, nor on one that waits for what it posts.
  static void GatherPosts();
  // REQUIRES: the calling thread gathers.
  static void HandOver();

  // Resumes a coroutine that waits, on this core's thread. Thread-safe.
  void Resume(std::coroutine_handle<> waiting) {
    Post([waiting] { waiting.resume(); });
  }

  // The core whose thread this is, or null.
  static Core* Current();

  // REQUIRES: called at most once.
  void Start();
  // Lets the thread end when no work is left (acceptors and connections are work: shut the servers down first), and
  // joins it.
  void Finish();

 private:
  void Run();
  // Runs what is ready, waiting for the first handler if `wait`. False once the io_context has nothing left to wait
  // for.
  bool RunHandlers(bool wait);

  int index_;
  bool want_turn_ = false;
  boost::asio::io_context io_;
  std::vector<std::function<void()>> hooks_;
  std::unique_ptr<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> guard_;
  std::thread thread_;
};

}  // namespace kagimori::net

#endif  // KAGIMORI_NET_CORE_H_
