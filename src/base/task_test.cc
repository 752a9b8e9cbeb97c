#include "base/task.h"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#include "base/sync_wait.h"

namespace kagimori {
namespace {

// Parks the coroutine until somebody resumes it.
struct Park {
  std::coroutine_handle<>* handle;
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiter) noexcept { *handle = waiter; }
  void await_resume() const noexcept {}
};

Task<int> Value(int value) { co_return value; }
Task<int> Sum(int depth) {
  if (depth == 0) co_return 0;
  int rest = co_await Sum(depth - 1);
  co_return rest + depth;
}

TEST(Tasks, HandTheirValueOn) {
  EXPECT_EQ(SyncWait(Value(7)), 7);
  EXPECT_EQ(SyncWait(Sum(100)), 5050);
}

TEST(Tasks, ValuesMayBeMoveOnly) {
  auto task = [](int value) -> Task<std::unique_ptr<int>> { co_return std::make_unique<int>(value); };
  EXPECT_EQ(*SyncWait(task(3)), 3);
}

TEST(Tasks, StartOnlyWhenAwaited) {
  bool ran = false;
  auto body = [](bool* flag) -> Task<void> {
    *flag = true;
    co_return;
  };
  {
    Task<void> never = body(&ran);
  }
  EXPECT_FALSE(ran);
  Detach(body(&ran));
  EXPECT_TRUE(ran) << "a task that never waits ends within the call";
}

TEST(Tasks, ExceptionsGoToTheOneWhoAwaits) {
  auto thrower = []() -> Task<int> {
    throw std::runtime_error("a bug");
    co_return 1;
  };
  auto catcher = [&]() -> Task<std::string> {
    std::string caught;
    try {
      co_await thrower();
    } catch (const std::runtime_error& error) {
      caught = error.what();
    }
    co_return caught;
  };
  EXPECT_EQ(SyncWait(catcher()), "a bug");
  auto void_thrower = []() -> Task<void> {
    throw std::runtime_error("another");
    co_return;
  };
  auto void_catcher = [&]() -> Task<bool> {
    bool caught = false;
    try {
      co_await void_thrower();
    } catch (const std::runtime_error&) {
      caught = true;
    }
    co_return caught;
  };
  EXPECT_TRUE(SyncWait(void_catcher()));
}

TEST(TasksDeathTest, AnExceptionOfADetachedTaskEndsTheProcess) {
  auto thrower = []() -> Task<void> {
    throw std::runtime_error("a bug");
    co_return;
  };
  EXPECT_DEATH(Detach(thrower()), "");
}

TEST(Tasks, WaitAndGoOn) {
  std::coroutine_handle<> parked;
  int result = 0;
  auto inner = [&]() -> Task<int> {
    co_await Park{&parked};
    co_return 5;
  };
  auto outer = [&]() -> Task<void> {
    int value = co_await inner();
    result = value + 1;
  };
  // The lambdas outlive the coroutines that use their captures.
  Detach(outer());
  EXPECT_EQ(result, 0);
  ASSERT_TRUE(parked);
  parked.resume();
  EXPECT_EQ(result, 6);
}

TEST(Tasks, ResumedOnAnotherThread) {
  std::thread waker;
  struct Started {
    std::thread* waker;
    bool await_ready() { return false; }
    void await_suspend(std::coroutine_handle<> waiter) {
      std::thread* out = waker;  // once the thread runs, this object may be gone
      *out = std::thread([waiter] { waiter.resume(); });
    }
    void await_resume() {}
  };
  auto hop = [&]() -> Task<std::thread::id> {
    co_await Started{&waker};
    co_return std::this_thread::get_id();
  };
  std::thread::id other = SyncWait(hop());
  waker.join();
  EXPECT_NE(other, std::this_thread::get_id());
}

// What a task holds is freed when it is dropped before its end.
TEST(Tasks, AreFreedWithWhatTheyHold) {
  auto held = std::make_shared<int>(1);
  auto body = [](std::shared_ptr<int> copy) -> Task<int> { co_return *copy; };
  {
    Task<int> never = body(held);
    EXPECT_EQ(held.use_count(), 2);
    Task<int> moved = std::move(never);
    EXPECT_EQ(held.use_count(), 2);
  }
  EXPECT_EQ(held.use_count(), 1);
  EXPECT_EQ(SyncWait(body(held)), 1);
  EXPECT_EQ(held.use_count(), 1);
}

}  // namespace
}  // namespace kagimori
