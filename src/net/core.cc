#include "net/core.h"

#include <pthread.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/vector_registers.h"

namespace kagimori::net {
namespace {

thread_local Core* current_core = nullptr;

using Work = std::move_only_function<void()>;
// What a thread that gathers has for each core; there are few of them.
using Gathered = std::vector<std::pair<Core*, std::vector<Work>>>;
thread_local std::optional<Gathered> gathered;

// A turn ends after this many handlers even if more are ready: responses that wait for the hooks must not wait for
// ever.
constexpr int kMaxHandlersPerTurn = 256;

}  // namespace

Core::Core(int index)
    : index_(index),
      io_(1),  // one thread runs it: asio then leaves out waking other threads
      guard_(std::make_unique<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>>(
          io_.get_executor())) {}

Core::~Core() { Finish(); }

Core* Core::Current() { return current_core; }

void Core::AddTurnEndHook(std::function<void()> hook) { hooks_.push_back(std::move(hook)); }

void Core::Post(Work work) {
  if (!gathered) return boost::asio::post(io_, std::move(work));
  auto mine = std::ranges::find(*gathered, this, &Gathered::value_type::first);
  if (mine == gathered->end()) mine = gathered->emplace(mine, this, std::vector<Work>());
  mine->second.push_back(std::move(work));
}

void Core::GatherPosts() { gathered.emplace(); }

void Core::HandOver() {
  for (auto& [core, works] : std::exchange(*gathered, {})) {
    boost::asio::post(core->io_, [works = std::move(works)]() mutable {
      for (Work& work : works) work();
    });
  }
}

void Core::Start() {
  thread_ = std::thread([this] { Run(); });
  pthread_setname_np(thread_.native_handle(), ("core-" + std::to_string(index_)).c_str());
}

void Core::Finish() {
  guard_.reset();
  if (thread_.joinable()) thread_.join();
}

bool Core::RunHandlers(bool wait) {
  if (wait && io_.run_one() == 0) return false;
  for (int n = 1; n < kMaxHandlersPerTurn && io_.poll_one() != 0; ++n) {
  }
  return true;
}

void Core::Run() {
  current_core = this;
  // What a hook posts makes run_one return at once; what it only leaves in memory for another hook is told by WantTurn.
  while (RunHandlers(!std::exchange(want_turn_, false))) {
    for (auto& hook : hooks_) hook();
    ClearVectorRegisters();  // of bodies: the wait may be long
  }
  current_core = nullptr;
}

}  // namespace kagimori::net
