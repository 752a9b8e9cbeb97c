#include "base/worker_pool.h"

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <latch>
#include <utility>
#include <vector>

namespace kagimori {
namespace {

// Keeps a pool of one thread busy until it is let go.
class Blocker {
 public:
  explicit Blocker(WorkerPool* pool) {
    std::promise<void> begun;
    EXPECT_TRUE(pool->Submit([this, &begun] {
      begun.set_value();
      released_.wait();
    }));
    begun.get_future().wait();
  }
  void Release() { released_.count_down(); }

 private:
  std::latch released_{1};
};

TEST(WorkerPoolTest, WorkIsDoneInOrderOnAnotherThread) {
  WorkerPool pool({.name = "test", .threads = 1, .max_waiting = 10});
  std::vector<int> order;
  const std::thread::id here = std::this_thread::get_id();
  bool elsewhere = true;
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(pool.Submit([&, i] {
      order.push_back(i);
      elsewhere = elsewhere && std::this_thread::get_id() != here;
    }));
  }
  pool.Close();
  EXPECT_EQ(order, (std::vector{0, 1, 2}));
  EXPECT_TRUE(elsewhere);
}

TEST(WorkerPoolTest, BeyondItsBoundItTakesNothingAndLeavesTheWorkWhole) {
  WorkerPool pool({.name = "test", .threads = 1, .max_waiting = 2});
  Blocker blocker(&pool);
  int done = 0;
  EXPECT_TRUE(pool.Submit([&] { ++done; }));
  EXPECT_TRUE(pool.Submit([&] { ++done; }));
  EXPECT_EQ(pool.waiting(), 2u);
  std::move_only_function<void()> work = [&] { done += 100; };
  EXPECT_FALSE(pool.Submit(std::move(work)));
  ASSERT_TRUE(work);  // still the caller's
  blocker.Release();
  pool.Close();
  EXPECT_EQ(done, 2);
  EXPECT_FALSE(pool.Submit([] {}));
}

TEST(WorkerPoolTest, AnIdleThreadTakesWorkThoughNothingMayWait) {
  WorkerPool pool({.name = "test", .threads = 1, .max_waiting = 0});
  // The thread may not have come to its first wait yet.
  std::promise<void> done;
  while (!pool.Submit([&] { done.set_value(); })) std::this_thread::yield();
  done.get_future().wait();
}

TEST(WorkerPoolTest, InAHurryWorkIsToldAndStillCalled) {
  WorkerPool pool({.name = "test", .threads = 1, .max_waiting = 2});
  Blocker blocker(&pool);
  bool told = false;
  EXPECT_TRUE(pool.Submit([&] { told = pool.hurrying(); }));
  pool.Hurry();
  blocker.Release();
  pool.Close();
  EXPECT_TRUE(told);
}

int started = 0;

TEST(WorkerPoolTest, EachThreadBeginsWithWhatItIsToldTo) {
  started = 0;
  WorkerPool pool({.name = "test", .threads = 1, .max_waiting = 1, .on_start = [] { ++started; }});
  pool.Close();
  EXPECT_EQ(started, 1);
}

// What a thread of the pool has gathered, and how often it handed it over.
thread_local int gathered = 0;
std::vector<int> handed_over;

void CountAndHandOver() { handed_over.push_back(std::exchange(gathered, 0)); }

// What is handed over of three pieces of work that wait behind a first one, which gathers nothing.
std::vector<int> HandedOver(std::chrono::microseconds gather_for) {
  handed_over.clear();
  {
    WorkerPool pool({.name = "test",
                     .threads = 1,
                     .max_waiting = 10,
                     .on_start = nullptr,
                     .hand_over = CountAndHandOver,
                     .gather_for = gather_for});
    Blocker blocker(&pool);
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(pool.Submit([] { ++gathered; }));
    blocker.Release();
  }
  return handed_over;
}

TEST(WorkerPoolTest, WhatIsGatheredIsHandedOverTogetherOnceNothingWaits) {
  EXPECT_EQ(HandedOver(std::chrono::hours(1)), std::vector{3});
}

TEST(WorkerPoolTest, NothingGathersLongerThanItMay) {
  EXPECT_EQ(HandedOver(std::chrono::microseconds(0)), (std::vector{0, 1, 1, 1}));
}

}  // namespace
}  // namespace kagimori
