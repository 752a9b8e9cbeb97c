#include "app/schedule.h"

#include <gtest/gtest.h>

#include <future>
#include <latch>

namespace kagimori::app {
namespace {

TEST(ScheduleTest, WhoAsksIsAnsweredByARunThatBeganAfterwards) {
  std::atomic<int> due = 0;
  std::atomic<int> handled = 0;
  Schedule schedule([&] { handled = due.load(); });
  schedule.Start();
  for (int i = 1; i <= 20; ++i) {
    due = i;
    schedule.RunNow();
    EXPECT_EQ(handled, i);
  }
}

TEST(ScheduleTest, ARunUnderWayDoesNotAnswerForWhatCameLater) {
  std::latch began(1);
  std::latch go_on(1);
  std::atomic<int> runs = 0;
  Schedule schedule([&] {
    if (++runs > 1) return;
    began.count_down();
    go_on.wait();
  });
  schedule.Start();
  auto first = std::async(std::launch::async, [&] { schedule.RunNow(); });
  began.wait();
  auto second = std::async(std::launch::async, [&] {
    go_on.count_down();
    schedule.RunNow();
  });
  first.get();
  second.get();
  EXPECT_GE(runs, 2);
}

TEST(ScheduleTest, RunsByItself) {
  std::promise<void> ran;
  std::atomic<bool> once = false;
  Schedule schedule([&] {
    if (!once.exchange(true)) ran.set_value();
  });
  schedule.Start();
  ran.get_future().get();
}

TEST(ScheduleTest, StopsInTheMiddleOfARunAndLeavesNobodyWaiting) {
  std::latch began(1);
  Schedule* running = nullptr;
  Schedule schedule([&] {
    began.count_down();
    while (!running->stopping()) std::this_thread::yield();
  });
  running = &schedule;
  schedule.Start();
  auto asked = std::async(std::launch::async, [&] { schedule.RunNow(); });
  began.wait();
  schedule.Stop();
  asked.get();
}

}  // namespace
}  // namespace kagimori::app
