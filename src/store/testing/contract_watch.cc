// The part of the contract suite about watches.
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "store/testing/contract_suite.h"

namespace kagimori::store::testing {
namespace {

// Collects what a watch is told.
class Heard {
 public:
  WatchCallback Callback() {
    return [this](Result<WatchEvent> event) {
      std::lock_guard lock(mutex_);
      EXPECT_FALSE(error_) << "something followed an error";
      if (event) {
        events_.push_back(*std::move(event));
      } else {
        error_ = event.error().kind;
      }
      changed_.notify_all();
    };
  }
  std::vector<WatchEvent> WaitForEvents(size_t count) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, std::chrono::seconds(30), [&] { return events_.size() >= count; }));
    return events_;
  }
  std::optional<ErrorKind> WaitForError() {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, std::chrono::seconds(30), [&] { return error_.has_value(); }));
    return error_;
  }
  size_t count() {
    std::lock_guard lock(mutex_);
    return events_.size();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<WatchEvent> events_;
  std::optional<ErrorKind> error_;
};

TEST_P(StoreContract, AWatchHearsEveryTransactionInOrder) {
  auto store = Open();
  ASSERT_TRUE(Commit(*store, Puts({{"before", ""}})));
  Heard from_now, from_start, from_later;
  auto now = store->WatchFrom(1, from_now.Callback());
  auto start = store->WatchFrom(0, from_start.Callback());
  auto later = store->WatchFrom(3, from_later.Callback());
  ASSERT_TRUE(Commit(*store, Puts({{"b", ""}, {"a", ""}})));
  Transaction mixed = Puts({{"c", ""}});
  mixed.deletes = {"a"};
  ASSERT_TRUE(Commit(*store, mixed));
  Transaction refused = Puts({{"d", ""}});
  refused.preconditions = {{"c", 1}};
  ASSERT_FALSE(Commit(*store, refused));
  ASSERT_TRUE(Commit(*store, Puts({{"e", ""}})));

  auto events = from_now.WaitForEvents(3);
  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(events[0].revision, 2u);
  EXPECT_EQ(events[0].changed, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(events[1].revision, 3u);
  EXPECT_EQ(events[1].changed, (std::vector<std::string>{"a", "c"}));
  EXPECT_EQ(events[2].revision, 4u);
  EXPECT_EQ(events[2].changed, (std::vector<std::string>{"e"}));
  EXPECT_EQ(from_start.WaitForEvents(4)[0].revision, 1u);
  EXPECT_EQ(from_later.WaitForEvents(1)[0].revision, 4u);
}

// What a watch says was committed can be read when it says so.
TEST_P(StoreContract, AWatchNeverRunsAheadOfReads) {
  auto store = Open();
  std::atomic<int> heard{0};
  auto watch = store->WatchFrom(0, [&](Result<WatchEvent> event) {
    if (!event) return;
    store->Get(event->changed, [&, revision = event->revision](Result<GetResult> got) {
      EXPECT_GE(got.value().revision, revision);
      ++heard;
    });
  });
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(Commit(*store, Puts({{"a", std::to_string(i)}})));
  for (int i = 0; i < 3000 && heard < 50; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_EQ(heard, 50);
}

TEST_P(StoreContract, AWatchFromACompactedRevisionIsRefusedAndFromAFreshReadServed) {
  auto store = Open(4);
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(Commit(*store, Puts({{"a", std::to_string(i)}})));
  Heard too_old, oldest, fresh;
  auto first = store->WatchFrom(5, too_old.Callback());
  auto second = store->WatchFrom(6, oldest.Callback());
  auto third = store->WatchFrom(Get(*store, {}).value().revision, fresh.Callback());
  EXPECT_EQ(too_old.WaitForError(), ErrorKind::kNotFound);
  EXPECT_EQ(oldest.WaitForEvents(4)[0].revision, 7u);
  ASSERT_TRUE(Commit(*store, Puts({{"b", ""}})));
  EXPECT_EQ(fresh.WaitForEvents(1)[0].revision, 11u);
  EXPECT_EQ(oldest.WaitForEvents(5).back().revision, 11u);
  EXPECT_EQ(too_old.count(), 0u);
}

TEST_P(StoreContract, AWatchThatIsTooSlowIsToldSo) {
  auto store = Open(4);
  Heard heard;
  std::mutex gate;
  std::unique_lock held(gate);
  auto inner = heard.Callback();
  auto watch = store->WatchFrom(0, [&](Result<WatchEvent> event) {
    inner(std::move(event));
    std::lock_guard wait(gate);
  });
  ASSERT_TRUE(Commit(*store, Puts({{"a", ""}})));
  heard.WaitForEvents(1);
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(Commit(*store, Puts({{"a", std::to_string(i)}})));
  held.unlock();
  EXPECT_EQ(heard.WaitForError(), ErrorKind::kNotFound);
  EXPECT_EQ(heard.count(), 1u);
}

TEST_P(StoreContract, DestroyingAWatchWaitsForItsCallback) {
  auto store = Open();
  std::atomic<bool> entered{false}, left{false};
  auto watch = store->WatchFrom(0, [&](Result<WatchEvent>) {
    entered = true;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    left = true;
  });
  ASSERT_TRUE(Commit(*store, Puts({{"a", ""}})));
  while (!entered) std::this_thread::yield();
  watch.reset();
  EXPECT_TRUE(left);
  left = false;
  ASSERT_TRUE(Commit(*store, Puts({{"b", ""}})));
  store->Close();
  EXPECT_FALSE(left) << "a callback after the watch was destroyed";
}

TEST_P(StoreContract, AWatchMayBeDestroyedByItsCallback) {
  auto store = Open();
  std::mutex mutex;
  std::condition_variable changed;
  int calls = 0;
  std::unique_ptr<Watch> watch;
  {
    std::lock_guard lock(mutex);
    watch = store->WatchFrom(0, [&](Result<WatchEvent>) {
      std::lock_guard inner(mutex);
      watch.reset();
      ++calls;
      changed.notify_all();
    });
  }
  ASSERT_TRUE(Commit(*store, Puts({{"a", ""}})));
  ASSERT_TRUE(Commit(*store, Puts({{"b", ""}})));
  {
    std::unique_lock lock(mutex);
    EXPECT_TRUE(changed.wait_for(lock, std::chrono::seconds(30), [&] { return calls > 0; }));
  }
  store->Close();
  EXPECT_EQ(calls, 1);
}

TEST_P(StoreContract, CloseEndsWatchesAfterTheirLastEvent) {
  auto store = Open();
  Heard heard, late;
  auto watch = store->WatchFrom(0, heard.Callback());
  for (int i = 0; i < 20; ++i) store->Commit(Puts({{"a", std::to_string(i)}}), [](Result<Revision>) {});
  store->Close();
  EXPECT_EQ(heard.count(), 20u);
  EXPECT_EQ(heard.WaitForError(), ErrorKind::kUnavailable);
  auto too_late = store->WatchFrom(20, late.Callback());
  EXPECT_EQ(late.WaitForError(), ErrorKind::kUnavailable);
  store.reset();
  watch.reset();  // outlives its store
}

}  // namespace
}  // namespace kagimori::store::testing
