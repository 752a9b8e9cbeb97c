#include "base/snapshot_cache.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>

namespace kagimori {
namespace {

using Cache = SnapshotCache<int, std::string>;

std::shared_ptr<const std::string> Text(std::string text) {
  return std::make_shared<const std::string>(std::move(text));
}

void Put(Cache& cache, int key, std::string text) {
  ASSERT_TRUE(cache.Insert(cache.BeginLoad(), key, Text(std::move(text))));
}

TEST(SnapshotCache, GivesWhatWasInserted) {
  Cache cache(10);
  Cache::View view(&cache);
  EXPECT_EQ(view.Find(1), nullptr);
  Put(cache, 1, "one");
  ASSERT_NE(view.Find(1), nullptr);
  EXPECT_EQ(**view.Find(1), "one");
  EXPECT_EQ(view.Find(2), nullptr);
  EXPECT_EQ(cache.size(), 1u);
}

TEST(SnapshotCache, RefusesWhatWasReadBeforeAnInvalidation) {
  Cache cache(10);
  Cache::View view(&cache);
  uint64_t ticket = cache.BeginLoad();
  cache.Invalidate(1);
  EXPECT_FALSE(cache.Insert(ticket, 1, Text("old")));
  EXPECT_EQ(view.Find(1), nullptr);
  EXPECT_TRUE(cache.Insert(ticket, 2, Text("another key is none of its business")));
  EXPECT_TRUE(cache.Insert(cache.BeginLoad(), 1, Text("new")));
  EXPECT_EQ(**view.Find(1), "new");
}

TEST(SnapshotCache, NoViewGivesWhatIsSuperseded) {
  Cache cache(10);
  Cache::View one(&cache);
  Cache::View two(&cache);
  Put(cache, 1, "old");
  ASSERT_NE(one.Find(1), nullptr);
  ASSERT_NE(two.Find(1), nullptr);
  cache.Invalidate(1);
  EXPECT_EQ(one.Find(1), nullptr);
  EXPECT_EQ(two.Find(1), nullptr);
  Put(cache, 1, "new");
  EXPECT_EQ(**one.Find(1), "new");
  Put(cache, 1, "newer");  // inserting over it supersedes, too
  EXPECT_EQ(**one.Find(1), "newer");
  EXPECT_EQ(**two.Find(1), "newer");
}

TEST(SnapshotCache, InvalidateAllIsForEveryKeyAndEveryTicket) {
  Cache cache(10);
  Cache::View view(&cache);
  for (int i = 0; i < 5; ++i) Put(cache, i, "x");
  for (int i = 0; i < 5; ++i) ASSERT_NE(view.Find(i), nullptr);
  uint64_t ticket = cache.BeginLoad();
  cache.InvalidateAll();
  EXPECT_EQ(cache.size(), 0u);
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(view.Find(i), nullptr);
    EXPECT_FALSE(cache.Insert(ticket, i, Text("old")));
  }
}

TEST(SnapshotCache, KeysThatShareASlotAreNotMixedUp) {
  Cache cache(100);
  Cache::View view(&cache);
  Put(cache, 1, "one");
  Put(cache, 1 + 8192, "far");  // the same slot of a View, std::hash<int> being the identity
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(**view.Find(1), "one");
    EXPECT_EQ(**view.Find(1 + 8192), "far");
  }
}

TEST(SnapshotCache, IsBounded) {
  Cache cache(8);
  Cache::View view(&cache);
  for (int i = 0; i < 1000; ++i) {
    Put(cache, i, std::to_string(i));
    ASSERT_LE(cache.size(), 8u);
    ASSERT_NE(view.Find(i), nullptr);
  }
  EXPECT_EQ(cache.size(), 8u);
}

TEST(SnapshotCache, ViewsAreSweptAPartAtATime) {
  Cache cache(10);
  Cache::View view(&cache);
  auto old = Text("old");
  std::weak_ptr<const std::string> watch = old;
  ASSERT_TRUE(cache.Insert(cache.BeginLoad(), 1, std::move(old)));
  view.Find(1);
  cache.Invalidate(1);
  int parts = 0;
  while (!watch.expired() && parts < 10'000) {
    view.Sweep(8);
    ++parts;
  }
  EXPECT_TRUE(watch.expired());
}

TEST(SnapshotCache, ViewsLetGoOfOldSnapshots) {
  Cache cache(10);
  Cache::View view(&cache);
  auto old = Text("old");
  std::weak_ptr<const std::string> watch = old;
  ASSERT_TRUE(cache.Insert(cache.BeginLoad(), 1, std::move(old)));
  view.Find(1);
  cache.Invalidate(1);
  EXPECT_FALSE(watch.expired());
  view.Sweep();
  EXPECT_TRUE(watch.expired());
  Put(cache, 2, "kept");
  view.Find(2);
  view.Sweep();
  EXPECT_NE(view.Find(2), nullptr);
  view.Clear();
  EXPECT_NE(view.Find(2), nullptr) << "from the table";
}

// The promise of the whole: once Invalidate has returned, no lookup on any thread gives what was before. `stored`
// stands for the store; its value is written first, then the cache forgets, then `acknowledged` says that the answer
// has left.
TEST(SnapshotCache, WhatIsAcknowledgedIsSeenByEveryThread) {
  constexpr int kKeys = 4;
  constexpr int kCommits = 3000;
  SnapshotCache<int, int> cache(3);  // evicts, too
  std::atomic<int> stored[kKeys] = {};
  std::atomic<int> acknowledged[kKeys] = {};
  std::atomic<bool> done{false};
  std::atomic<int> stale{0};
  std::atomic<int> reads{0};
  std::vector<std::thread> readers;
  for (int t = 0; t < 3; ++t) {
    readers.emplace_back([&, t] {
      SnapshotCache<int, int>::View view(&cache);
      int key = t;
      while (!done) {
        key = (key + 1) % kKeys;
        int at_least = acknowledged[key];
        int got = -1;
        if (const auto* found = view.Find(key)) {
          got = **found;
        } else {
          uint64_t ticket = cache.BeginLoad();
          got = stored[key];
          if (!cache.Insert(ticket, key, std::make_shared<const int>(got))) continue;
        }
        if (got < at_least) ++stale;
        ++reads;
      }
    });
  }
  // On a busy machine all commits may be made before the first reader runs.
  for (int i = 1; i <= kCommits || reads == 0; ++i) {
    int key = i % kKeys;
    stored[key] = i;
    cache.Invalidate(key);
    acknowledged[key] = i;
    if (i % 500 == 0) cache.InvalidateAll();
    if (i % 16 == 0) std::this_thread::yield();
  }
  done = true;
  for (auto& reader : readers) reader.join();
  EXPECT_EQ(stale, 0);
  EXPECT_GT(reads, 0);
}

}  // namespace
}  // namespace kagimori
