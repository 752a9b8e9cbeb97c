#include "gateway/turnstile.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "base/task.h"
#include "net/core.h"

namespace kagimori::gateway {
namespace {

// Takes turns on `lane`; holds each over one detour through the core's queue.
Task<void> TakeTurn(Turnstile* turnstile, size_t lane, int number, std::atomic<int>* inside, std::vector<int>* order,
                    std::atomic<int>* remaining) {
  Turnstile::Guard turn = co_await turnstile->Enter(lane);
  EXPECT_TRUE(static_cast<bool>(turn));
  EXPECT_EQ(++*inside, 1);
  struct Detour {
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiter) { net::Core::Current()->Resume(waiter); }
    void await_resume() {}
  };
  co_await Detour();
  order->push_back(number);
  --*inside;
  --*remaining;
}

TEST(TurnstileTest, OneAtATimeInTheOrderOfArrival) {
  Turnstile turnstile;
  net::Core core(0);
  std::atomic<int> inside{0};
  std::vector<int> order;
  std::atomic<int> remaining{50};
  core.Post([&] {
    for (int i = 0; i < 50; ++i) Detach(TakeTurn(&turnstile, 7, i, &inside, &order, &remaining));
  });
  core.Start();
  core.Finish();
  ASSERT_EQ(order.size(), 50u);
  for (int i = 0; i < 50; ++i) EXPECT_EQ(order[static_cast<size_t>(i)], i);
}

TEST(TurnstileTest, CoresTakeTurnsWithEachOther) {
  Turnstile turnstile;
  net::Core first(0);
  net::Core second(1);
  std::atomic<int> inside{0};
  std::vector<int> order;  // written by whoever has the turn
  std::atomic<int> remaining{400};
  for (net::Core* core : {&first, &second}) {
    core->Post([&] {
      for (int i = 0; i < 200; ++i) Detach(TakeTurn(&turnstile, 1, i, &inside, &order, &remaining));
    });
  }
  // Both must outlive the last hand-over: a turn may pass to a core whose own work is over.
  first.Start();
  second.Start();
  while (remaining > 0) std::this_thread::sleep_for(std::chrono::milliseconds(2));
  first.Finish();
  second.Finish();
  EXPECT_EQ(order.size(), 400u);
}

TEST(TurnstileTest, LanesDoNotWaitForEachOther) {
  Turnstile turnstile;
  net::Core core(0);
  bool entered = false;
  core.Post([&] {
    Detach([](Turnstile* t, bool* flag) -> Task<void> {
      Turnstile::Guard one = co_await t->Enter(1);
      Turnstile::Guard other = co_await t->Enter(2);
      *flag = static_cast<bool>(other);
    }(&turnstile, &entered));
  });
  core.Start();
  core.Finish();
  EXPECT_TRUE(entered);
}

}  // namespace
}  // namespace kagimori::gateway
