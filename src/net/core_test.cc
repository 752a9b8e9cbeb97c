#include "net/core.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <string>

namespace kagimori::net {
namespace {

TEST(CoreTest, PostRunsOnTheCoresThreadAndCurrentKnowsIt) {
  Core core(3);
  EXPECT_EQ(Core::Current(), nullptr);
  core.Start();
  std::promise<Core*> seen;
  core.Post([&] { seen.set_value(Core::Current()); });
  EXPECT_EQ(seen.get_future().get(), &core);
  core.Finish();
}

TEST(CoreTest, HooksRunAfterTheHandlersOfATurn) {
  Core core(0);
  std::string log;
  core.AddTurnEndHook([&] { log += 'h'; });
  core.AddTurnEndHook([&] { log += 'i'; });
  // Posted before the start: one turn runs them all.
  for (int i = 0; i < 3; ++i) core.Post([&] { log += '.'; });
  core.Start();
  core.Finish();
  EXPECT_EQ(log, "...hi");
}

TEST(CoreTest, WorkThatAHookPostsIsDoneWithoutAnotherEvent) {
  Core core(0);
  std::promise<void> done;
  bool posted = false;
  core.AddTurnEndHook([&] {
    if (!std::exchange(posted, true)) core.Post([&] { done.set_value(); });
  });
  core.Start();
  core.Post([] {});
  EXPECT_EQ(done.get_future().wait_for(std::chrono::seconds(10)), std::future_status::ready);
  core.Finish();
}

TEST(CoreTest, WorkThatAHookLeavesForAnEarlierOneIsDoneWithWantTurn) {
  Core core(0);
  std::promise<void> done;
  bool work = false;
  bool left = false;
  core.AddTurnEndHook([&] {
    if (std::exchange(work, false)) done.set_value();
  });
  core.AddTurnEndHook([&] {
    if (std::exchange(left, true)) return;
    work = true;
    core.WantTurn();
  });
  core.Start();
  core.Post([] {});
  EXPECT_EQ(done.get_future().wait_for(std::chrono::seconds(10)), std::future_status::ready);
  core.Finish();
}

TEST(CoreTest, ATurnEndsUnderUnendingLoad) {
  Core core(0);
  std::atomic<bool> stop = false;
  std::promise<void> hooked;
  int turns = 0;
  core.AddTurnEndHook([&] {
    if (++turns == 3) hooked.set_value();
  });
  std::function<void()> again = [&] {
    if (!stop) core.Post([&] { again(); });
  };
  core.Post([&] { again(); });
  core.Start();
  EXPECT_EQ(hooked.get_future().wait_for(std::chrono::seconds(10)), std::future_status::ready);
  stop = true;
  core.Finish();
}

TEST(CoreTest, WhatAThreadGathersIsOneTurnOfEachCore) {
  Core first(0);
  Core second(1);
  std::string first_log;
  std::string second_log;
  first.AddTurnEndHook([&] { first_log += 'h'; });
  second.AddTurnEndHook([&] { second_log += 'h'; });
  std::thread worker([&] {
    Core::GatherPosts();
    for (int i = 0; i < 3; ++i) {
      first.Post([&] { first_log += '.'; });
      if (i != 0) second.Post([&] { second_log += '.'; });
    }
    Core::HandOver();
    first.Post([&] { first_log += "never handed over"; });
  });
  worker.join();
  first.Start();
  second.Start();
  first.Finish();
  second.Finish();
  EXPECT_EQ(first_log, "...h");
  EXPECT_EQ(second_log, "..h");
}

}  // namespace
}  // namespace kagimori::net
