#include "keys/clock_keeper.h"

#include <gtest/gtest.h>

#include "keys/paths.h"
#include "seal/testing/test_store.h"

namespace kagimori::keys {
namespace {

using std::chrono::hours;

TEST(ClockKeeper, ANewStoreHasSeenNothing) {
  seal::TestStore test;
  auto state = ClockKeeper::Load(*test.hierarchy, &test.store).value();
  EXPECT_EQ(state.high_water.millis, 0);
  EXPECT_EQ(state.uptime_seconds, 0u);
  EXPECT_EQ(state.development_offset_millis, 0);
}

// The machine's clock set back between two runs must not bring the service's time back.
TEST(ClockKeeper, TheServiceTimeNeverGoesBack) {
  seal::TestStore test;
  Timestamp future;
  {
    SystemClock clock;
    future = clock.Wall() + hours(1000);
    SystemClock ahead(future);  // as if the machine's clock had been 1000 hours ahead
    ClockKeeper keeper(test.hierarchy.get(), &test.store, &ahead, {});
    ASSERT_TRUE(keeper.Save());
  }
  auto state = ClockKeeper::Load(*test.hierarchy, &test.store).value();
  EXPECT_EQ(state.high_water, future);
  SystemClock clock(state.high_water);
  EXPECT_EQ(clock.Service(), future);
  EXPECT_LT(clock.Wall(), future);
  ClockKeeper keeper(test.hierarchy.get(), &test.store, &clock, state);
  ASSERT_TRUE(keeper.Save());
  EXPECT_EQ(ClockKeeper::Load(*test.hierarchy, &test.store).value().high_water, future);
}

TEST(ClockKeeper, UptimeAddsUpOverTheRuns) {
  seal::TestStore test;
  SystemClock clock;
  ClockKeeper keeper(test.hierarchy.get(), &test.store, &clock, {.high_water = {}, .uptime_seconds = 86'400});
  EXPECT_GE(keeper.UptimeSeconds(), 86'400u);
  EXPECT_LT(keeper.UptimeSeconds(), 86'400u + 60u);
  ASSERT_TRUE(keeper.Save());
  EXPECT_GE(ClockKeeper::Load(*test.hierarchy, &test.store).value().uptime_seconds, 86'400u);
}

TEST(ClockKeeper, TheDevelopmentOffsetIsKept) {
  seal::TestStore test;
  SystemClock clock;
  clock.Advance(hours(24 * 30));
  ClockKeeper keeper(test.hierarchy.get(), &test.store, &clock, {});
  ASSERT_TRUE(keeper.Save());
  EXPECT_EQ(ClockKeeper::Load(*test.hierarchy, &test.store).value().development_offset_millis, 30LL * 86'400'000);
}

// A changed record is not taken for a new store: the clock would go back.
TEST(ClockKeeper, DamageIsAnError) {
  seal::TestStore test;
  SystemClock clock;
  ClockKeeper keeper(test.hierarchy.get(), &test.store, &clock, {});
  ASSERT_TRUE(keeper.Save());
  Bytes stored = test.Read(ClockPath()).value();
  stored.back() ^= 1;
  test.Write(ClockPath(), stored);
  EXPECT_EQ(ClockKeeper::Load(*test.hierarchy, &test.store).error().kind, ErrorKind::kCorrupt);
}

}  // namespace
}  // namespace kagimori::keys
