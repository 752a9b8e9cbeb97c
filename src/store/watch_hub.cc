#include "store/watch_hub.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <list>
#include <mutex>
#include <utility>

namespace kagimori::store {
namespace {

struct Watcher {
  WatchCallback callback;
  Revision after = 0;    // everything up to here was delivered
  bool running = false;  // its callback is under way
  bool ended = false;    // destroyed, or an error was delivered
};

size_t EventBytes(const WatchEvent& event) {
  size_t bytes = sizeof(WatchEvent);
  for (const std::string& key : event.changed) bytes += sizeof(std::string) + key.size();
  return bytes;
}

}  // namespace

struct WatchHub::State {
  State(Revision current, size_t max_events, size_t max_bytes)
      : compacted(current), last(current), max_events(max_events), max_bytes(max_bytes) {}

  std::mutex mutex;
  std::condition_variable wake;                        // of the thread: something to deliver, or closing
  std::condition_variable finished;                    // of a destructor: a callback has ended
  std::deque<std::shared_ptr<const WatchEvent>> ring;  // revisions compacted + 1 … last
  size_t ring_bytes = 0;
  Revision compacted;
  Revision last;
  const size_t max_events;
  const size_t max_bytes;
  std::list<std::shared_ptr<Watcher>> watchers;
  std::thread::id thread_id;
  bool closing = false;

  bool HasWork(const Watcher& watcher) const { return watcher.after < last || watcher.after < compacted || closing; }

  // What `watcher` is to hear next. REQUIRES: HasWork(watcher).
  Result<std::shared_ptr<const WatchEvent>> Next(const Watcher& watcher) const {
    if (watcher.after < compacted) {
      return Fail(ErrorKind::kNotFound, "the revision to watch from is compacted");
    }
    if (watcher.after < last) return ring[watcher.after - compacted];
    return Fail(ErrorKind::kUnavailable, "the store is closed");
  }
};

class WatchHub::Handle : public Watch {
 public:
  Handle(std::shared_ptr<State> state, std::shared_ptr<Watcher> watcher)
      : state_(std::move(state)), watcher_(std::move(watcher)) {}

  ~Handle() override {
    std::unique_lock lock(state_->mutex);
    watcher_->ended = true;
    state_->watchers.remove(watcher_);
    // Within its own callback there is nothing to wait for: the thread keeps the callback alive until it returns.
    if (std::this_thread::get_id() == state_->thread_id) return;
    state_->finished.wait(lock, [&] { return !watcher_->running; });
    WatchCallback dropped = std::exchange(watcher_->callback, nullptr);
    lock.unlock();
  }

 private:
  std::shared_ptr<State> state_;
  std::shared_ptr<Watcher> watcher_;
};

WatchHub::WatchHub(Revision current, size_t max_events, size_t max_bytes)
    : state_(std::make_shared<State>(current, max_events, max_bytes)) {
  std::lock_guard lock(state_->mutex);
  thread_ = std::thread([state = state_] { Run(state); });
  state_->thread_id = thread_.get_id();
}

WatchHub::~WatchHub() { Close(); }

void WatchHub::Publish(std::vector<WatchEvent> events) {
  if (events.empty()) return;
  std::lock_guard lock(state_->mutex);
  for (WatchEvent& event : events) {
    state_->last = event.revision;
    state_->ring_bytes += EventBytes(event);
    state_->ring.push_back(std::make_shared<const WatchEvent>(std::move(event)));
  }
  while (state_->ring.size() > state_->max_events || state_->ring_bytes > state_->max_bytes) {
    state_->ring_bytes -= EventBytes(*state_->ring.front());
    state_->compacted = state_->ring.front()->revision;
    state_->ring.pop_front();
  }
  state_->wake.notify_one();
}

std::unique_ptr<Watch> WatchHub::Add(Revision after, WatchCallback callback) {
  auto watcher = std::make_shared<Watcher>();
  watcher->callback = std::move(callback);
  watcher->after = after;
  auto handle = std::make_unique<Handle>(state_, watcher);
  bool closed = false;
  {
    std::lock_guard lock(state_->mutex);
    closed = state_->closing;
    if (!closed) state_->watchers.push_back(watcher);
    state_->wake.notify_one();
  }
  if (closed) watcher->callback(Fail(ErrorKind::kUnavailable, "the store is closed"));
  return handle;
}

void WatchHub::Run(const std::shared_ptr<State>& state) {
  std::unique_lock lock(state->mutex);
  while (true) {
    auto next = std::find_if(state->watchers.begin(), state->watchers.end(),
                             [&](const auto& watcher) { return state->HasWork(*watcher); });
    if (next == state->watchers.end()) {
      if (state->closing) return;
      state->wake.wait(lock);
      continue;
    }
    std::shared_ptr<Watcher> watcher = *next;
    state->watchers.splice(state->watchers.end(), state->watchers, next);  // everyone's turn comes
    auto event = state->Next(*watcher);
    if (event) {
      watcher->after = (*event)->revision;
    } else {
      watcher->ended = true;
      state->watchers.remove(watcher);
    }
    watcher->running = true;
    lock.unlock();
    if (event) {
      watcher->callback(**event);
    } else {
      watcher->callback(std::unexpected(std::move(event).error()));
    }
    lock.lock();
    if (watcher->ended) {
      // What the callback captured is gone before a destructor that waits for it returns.
      WatchCallback dropped = std::exchange(watcher->callback, nullptr);
      lock.unlock();
      dropped = nullptr;
      lock.lock();
    }
    watcher->running = false;
    state->finished.notify_all();
  }
}

void WatchHub::Close() {
  {
    std::lock_guard lock(state_->mutex);
    state_->closing = true;
    state_->wake.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

}  // namespace kagimori::store
