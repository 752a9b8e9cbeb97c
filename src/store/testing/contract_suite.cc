#include "store/testing/contract_suite.h"

#include <algorithm>
#include <atomic>
#include <future>
#include <mutex>
#include <set>
#include <thread>

namespace kagimori::store::testing {
namespace {

#define EXPECT_FAILS(expression, wanted)                                             \
  do {                                                                               \
    auto failed_ = (expression);                                                     \
    ASSERT_FALSE(failed_.has_value());                                               \
    EXPECT_EQ(failed_.error().kind, ErrorKind::wanted) << Describe(failed_.error()); \
  } while (false)

std::string Numbered(std::string_view prefix, int number) {
  return std::string(prefix) + std::to_string(1000 + number);
}

TEST_P(StoreContract, APutIsReadAndADeleteRemoves) {
  auto store = Open();
  EXPECT_EQ(ValueOf(*store, "a"), "(none)");
  EXPECT_EQ(Commit(*store, Puts({{"a", "one"}, {"b", ""}})).value(), 1u);
  EXPECT_EQ(ValueOf(*store, "a"), "one");
  EXPECT_EQ(ValueOf(*store, "b"), "");
  EXPECT_EQ(Commit(*store, Puts({{"a", "two"}})).value(), 2u);
  EXPECT_EQ(ValueOf(*store, "a"), "two");
  EXPECT_EQ(Commit(*store, {.preconditions = {}, .puts = {}, .deletes = {"a", "never"}}).value(), 3u);
  EXPECT_EQ(ValueOf(*store, "a"), "(none)");
  EXPECT_EQ(ValueOf(*store, "b"), "");
}

TEST_P(StoreContract, AGetAnswersInTheOrderAskedWithRevisions) {
  auto store = Open();
  ASSERT_TRUE(Commit(*store, Puts({{"a", "1"}, {"b", "2"}})));
  ASSERT_TRUE(Commit(*store, Puts({{"b", "3"}})));
  auto got = Get(*store, {"b", "missing", "a", "b"}).value();
  EXPECT_EQ(got.revision, 2u);
  ASSERT_EQ(got.records.size(), 4u);
  EXPECT_EQ(got.records[0]->key, "b");
  EXPECT_EQ(got.records[0]->revision, 2u);
  EXPECT_FALSE(got.records[1]);
  EXPECT_EQ(got.records[2]->revision, 1u);
  EXPECT_EQ(AsText(got.records[3]->value), "3");
  auto none = Get(*store, {}).value();
  EXPECT_EQ(none.revision, 2u);
  EXPECT_TRUE(none.records.empty());
}

TEST_P(StoreContract, KeysAreBytesAndARangeIsOrderedBytewise) {
  auto store = Open();
  std::vector<std::string> keys = {std::string("\0", 1),
                                   std::string("\0\0", 2),
                                   "a",
                                   std::string("a\0", 2),
                                   "b",
                                   "\x7f",
                                   "\x80",
                                   "\xff",
                                   "\xff\xff"};
  for (auto it = keys.rbegin(); it != keys.rend(); ++it) ASSERT_TRUE(Commit(*store, Puts({{*it, "v" + *it}})));
  auto all = Range(*store, {}).value();
  EXPECT_FALSE(all.more);
  EXPECT_EQ(all.revision, keys.size());
  std::vector<std::string> sorted = keys;
  std::sort(sorted.begin(), sorted.end(), [](const std::string& a, const std::string& b) {
    return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
      return static_cast<unsigned char>(x) < static_cast<unsigned char>(y);
    });
  });
  ASSERT_EQ(all.records.size(), sorted.size());
  for (size_t i = 0; i < sorted.size(); ++i) {
    EXPECT_EQ(all.records[i].key, sorted[i]);
    EXPECT_EQ(AsText(all.records[i].value), "v" + sorted[i]);
  }
  auto part = Range(*store, {.begin = "a", .end = "b"}).value();
  ASSERT_EQ(part.records.size(), 2u);
  EXPECT_EQ(part.records[1].key, std::string("a\0", 2));
  EXPECT_TRUE(Range(*store, {.begin = "b", .end = "a"}).value().records.empty());
}

TEST_P(StoreContract, ARangeStopsAtItsLimitAndSaysSo) {
  auto store = Open();
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(Commit(*store, Puts({{Numbered("k", i), "v"}})));
  auto page = Range(*store, {.begin = "k", .end = "l", .limit = 3}).value();
  ASSERT_EQ(page.records.size(), 3u);
  EXPECT_TRUE(page.more);
  page = Range(*store, {.begin = page.records.back().key + '\0', .end = "l", .limit = 3}).value();
  ASSERT_EQ(page.records.size(), 2u);
  EXPECT_EQ(page.records[0].key, Numbered("k", 3));
  EXPECT_FALSE(page.more);
  EXPECT_FALSE(Range(*store, {.begin = "k", .end = "l", .limit = 5}).value().more);
  EXPECT_FALSE(Range(*store, {.begin = "k", .end = Numbered("k", 3), .limit = 3}).value().more);
}

TEST_P(StoreContract, ARangeStopsAtItsBytesAndPagesOn) {
  auto store = Open();
  std::string large(kMaxValueSize, 'x');
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(Commit(*store, Puts({{Numbered("k", i), large}})));
  size_t seen = 0;
  RangeRequest request;
  for (int pages = 0; pages < 20; ++pages) {
    auto page = Range(*store, request).value();
    ASSERT_LE(page.records.size(), kMaxRangeBytes / kMaxValueSize);
    seen += page.records.size();
    if (!page.more) break;
    request.begin = page.records.back().key + '\0';
  }
  EXPECT_EQ(seen, 20u);
}

TEST_P(StoreContract, PreconditionsHoldOrNothingHappens) {
  auto store = Open();
  auto with = [](std::string key, Revision revision, std::string value) {
    Transaction transaction = Puts({{"a", value}, {"other", value}});
    transaction.preconditions.push_back({key, revision});
    return transaction;
  };
  EXPECT_FAILS(Commit(*store, with("a", 1, "x")), kConflict);
  EXPECT_EQ(ValueOf(*store, "other"), "(none)");
  EXPECT_EQ(Commit(*store, with("a", 0, "first")).value(), 1u);
  EXPECT_FAILS(Commit(*store, with("a", 0, "x")), kConflict);
  EXPECT_EQ(Commit(*store, with("a", 1, "second")).value(), 2u);
  EXPECT_FAILS(Commit(*store, with("a", 1, "x")), kConflict);
  EXPECT_FAILS(Commit(*store, with("a", 3, "x")), kConflict);
  EXPECT_EQ(ValueOf(*store, "a"), "second");
  EXPECT_EQ(ValueOf(*store, "other"), "second");
  ASSERT_TRUE(Commit(*store, {.preconditions = {{"a", 2}}, .puts = {}, .deletes = {"a"}}));
  EXPECT_FAILS(Commit(*store, with("a", 2, "x")), kConflict);
  EXPECT_EQ(Commit(*store, with("a", 0, "again")).value(), 4u);  // a failed transaction takes no revision

  Transaction one_fails = Puts({{"c", "x"}});
  one_fails.preconditions = {{"a", 4}, {"other", 3}};
  EXPECT_FAILS(Commit(*store, one_fails), kConflict);
  EXPECT_EQ(ValueOf(*store, "c"), "(none)");
}

TEST_P(StoreContract, ATransactionThatWritesNothingTakesNoRevision) {
  auto store = Open();
  ASSERT_TRUE(Commit(*store, Puts({{"a", "1"}})));
  EXPECT_EQ(Commit(*store, {}).value(), 1u);
  EXPECT_EQ(Commit(*store, {.preconditions = {{"a", 1}}, .puts = {}, .deletes = {}}).value(), 1u);
  EXPECT_FAILS(Commit(*store, {.preconditions = {{"a", 0}}, .puts = {}, .deletes = {}}), kConflict);
  EXPECT_EQ(Commit(*store, Puts({{"a", "2"}})).value(), 2u);
}

TEST_P(StoreContract, AKeyIsWrittenOnceInATransaction) {
  auto store = Open();
  EXPECT_FAILS(Commit(*store, Puts({{"a", "1"}, {"a", "2"}})), kInvalid);
  Transaction both = Puts({{"a", "1"}});
  both.deletes = {"a"};
  EXPECT_FAILS(Commit(*store, both), kInvalid);
  EXPECT_FAILS(Commit(*store, {.preconditions = {}, .puts = {}, .deletes = {"a", "a"}}), kInvalid);
  EXPECT_EQ(Get(*store, {"a"}).value().revision, 0u);
}

TEST_P(StoreContract, LimitsOfKeys) {
  auto store = Open();
  std::string longest(kMaxKeySize, 'k');
  ASSERT_TRUE(Commit(*store, Puts({{longest, "v"}})));
  EXPECT_EQ(ValueOf(*store, longest), "v");
  EXPECT_EQ(Range(*store, {.begin = longest + '\0'}).value().records.size(), 0u);
  EXPECT_EQ(Range(*store, {.begin = longest, .end = longest + '\0'}).value().records.size(), 1u);
  for (const std::string& bad : {std::string(), longest + "k"}) {
    EXPECT_FAILS(Get(*store, {bad}), kLimit);
    EXPECT_FAILS(Commit(*store, Puts({{bad, "v"}})), kLimit);
    EXPECT_FAILS(Commit(*store, {.preconditions = {{bad, 0}}, .puts = {}, .deletes = {}}), kLimit);
    EXPECT_FAILS(Commit(*store, {.preconditions = {}, .puts = {}, .deletes = {bad}}), kLimit);
  }
  EXPECT_FAILS(Range(*store, {.begin = longest + "kk"}), kLimit);
  EXPECT_FAILS(Range(*store, {.begin = "", .end = longest + "kk"}), kLimit);
}

TEST_P(StoreContract, LimitsOfReads) {
  auto store = Open();
  EXPECT_EQ(Get(*store, std::vector<std::string>(kMaxGetKeys, "a")).value().records.size(), kMaxGetKeys);
  EXPECT_FAILS(Get(*store, std::vector<std::string>(kMaxGetKeys + 1, "a")), kLimit);
  EXPECT_TRUE(Range(*store, {.begin = "", .end = "", .limit = kMaxRangeRecords}));
  EXPECT_TRUE(Range(*store, {.begin = "", .end = "", .limit = 1}));
  EXPECT_FAILS(Range(*store, {.begin = "", .end = "", .limit = kMaxRangeRecords + 1}), kLimit);
  EXPECT_FAILS(Range(*store, {.begin = "", .end = "", .limit = 0}), kLimit);
}

TEST_P(StoreContract, LimitsOfValuesAndTransactions) {
  auto store = Open();
  std::string largest(kMaxValueSize, 'v');
  ASSERT_TRUE(Commit(*store, Puts({{"a", largest}})));
  EXPECT_EQ(ValueOf(*store, "a"), largest);
  EXPECT_FAILS(Commit(*store, Puts({{"a", largest + "v"}})), kLimit);

  Transaction full;
  for (int i = 0; i < 30; ++i) full.preconditions.push_back({Numbered("p", i), 0});
  for (int i = 0; i < 40; ++i) full.puts.push_back({Numbered("q", i), Bytes(1)});
  for (int i = 0; i < 30; ++i) full.deletes.push_back(Numbered("r", i));
  EXPECT_TRUE(Commit(*store, full));
  full.deletes.push_back("one more");
  EXPECT_FAILS(Commit(*store, full), kLimit);

  // 3 full values, and a fourth that with the four keys makes 1 MiB to the byte.
  Transaction bytes =
      Puts({{"1", largest}, {"2", largest}, {"3", largest}, {"4", std::string(kMaxValueSize - 4, 'v')}});
  EXPECT_TRUE(Commit(*store, bytes));
  bytes.puts[3].value.push_back(0);
  EXPECT_FAILS(Commit(*store, bytes), kLimit);
  EXPECT_EQ(Get(*store, {"a"}).value().revision, 3u);
}

// Two records that are always written together are always read together, while writers are at it.
TEST_P(StoreContract, AReadSeesOneSnapshot) {
  auto store = Open();
  ASSERT_TRUE(Commit(*store, Puts({{"x", "0"}, {"y", "0"}})));
  std::atomic<bool> stop{false};
  std::thread writer([&] {
    for (int i = 1; i <= 300; ++i) {
      std::string value = std::to_string(i);
      EXPECT_TRUE(Commit(*store, Puts({{"x", value}, {"y", value}})));
    }
    stop = true;
  });
  Revision last = 0;
  while (!stop) {
    auto got = Get(*store, {"x", "y"}).value();
    ASSERT_EQ(got.records[0]->value, got.records[1]->value);
    ASSERT_EQ(got.records[0]->revision, got.records[1]->revision);
    ASSERT_LE(got.records[0]->revision, got.revision);
    ASSERT_GE(got.revision, last);
    last = got.revision;
    auto range = Range(*store, {}).value();
    ASSERT_EQ(range.records.size(), 2u);
    ASSERT_EQ(range.records[0].value, range.records[1].value);
    ASSERT_EQ(range.records[0].revision, range.revision);  // nobody writes anything else
    ASSERT_GE(range.revision, last);
    last = range.revision;
  }
  writer.join();
}

// Every increment that was acknowledged counted, none twice, and each has a revision of its own.
TEST_P(StoreContract, ConcurrentIncrementsAreLinearizable) {
  auto store = Open();
  constexpr int kThreads = 8;
  constexpr int kPerThread = 40;
  std::mutex mutex;
  std::set<Revision> revisions;
  std::atomic<int> conflicts{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (int done = 0; done < kPerThread;) {
        auto got = Get(*store, {"counter"}).value();
        Transaction next;
        uint64_t count = got.records[0] ? ReadBe(got.records[0]->value) : 0;
        Bytes value;
        AppendBe64(count + 1, &value);
        next.preconditions = {{"counter", got.records[0] ? got.records[0]->revision : 0}};
        next.puts = {{"counter", value}};
        auto committed = Commit(*store, std::move(next));
        if (!committed) {
          ASSERT_EQ(committed.error().kind, ErrorKind::kConflict);
          ++conflicts;
          continue;
        }
        // What was acknowledged is read by whoever asks afterwards.
        ASSERT_GE(Get(*store, {"counter"}).value().revision, *committed);
        std::lock_guard lock(mutex);
        ASSERT_TRUE(revisions.insert(*committed).second);
        ++done;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  auto got = Get(*store, {"counter"}).value();
  EXPECT_EQ(ReadBe(got.records[0]->value), kThreads * kPerThread);
  EXPECT_EQ(got.revision, kThreads * kPerThread);
  EXPECT_EQ(*revisions.rbegin(), kThreads * kPerThread);
  EXPECT_EQ(store->Stats().commits, kThreads * kPerThread);
  EXPECT_EQ(store->Stats().conflicts, conflicts);
}

// Of transactions submitted at once with the same precondition exactly one wins, also within one group.
TEST_P(StoreContract, OfConflictingTransactionsOneWins) {
  auto store = Open();
  constexpr int kRivals = 32;
  std::vector<std::promise<Result<Revision>>> answers(kRivals);
  for (int i = 0; i < kRivals; ++i) {
    Transaction rival = Puts({{"a", std::to_string(i)}, {Numbered("by", i), ""}});
    rival.preconditions = {{"a", 0}};
    store->Commit(std::move(rival), [&, i](Result<Revision> result) { answers[i].set_value(std::move(result)); });
  }
  int winners = 0;
  for (int i = 0; i < kRivals; ++i) {
    auto result = answers[i].get_future().get();
    if (result) {
      ++winners;
      EXPECT_EQ(ValueOf(*store, "a"), std::to_string(i));
      EXPECT_EQ(ValueOf(*store, Numbered("by", i)), "");
    } else {
      EXPECT_EQ(result.error().kind, ErrorKind::kConflict);
      EXPECT_EQ(ValueOf(*store, Numbered("by", i)), "(none)");
    }
  }
  EXPECT_EQ(winners, 1);
}

// Submitted in order without waiting: each sees its predecessor, deletes too.
TEST_P(StoreContract, TransactionsOfOneCallerKeepTheirOrder) {
  auto store = Open();
  std::vector<std::promise<Result<Revision>>> answers(64);
  for (uint64_t i = 0; i < answers.size(); ++i) {
    Transaction next;
    // Odd ones delete what the even ones put, so the revision expected is the last one's or none.
    next.preconditions = {{"a", i % 2 == 1 ? i : 0}};
    if (i % 2 == 0) {
      next.puts = {{"a", Bytes(3)}};
    } else {
      next.deletes = {"a"};
    }
    store->Commit(std::move(next), [&, i](Result<Revision> result) { answers[i].set_value(std::move(result)); });
  }
  for (uint64_t i = 0; i < answers.size(); ++i) EXPECT_EQ(answers[i].get_future().get().value(), i + 1);
}

TEST_P(StoreContract, CloseFinishesWhatWasAcceptedAndRefusesTheRest) {
  auto store = Open();
  std::atomic<int> answered{0};
  constexpr int kCalls = 50;
  for (int i = 0; i < kCalls; ++i) {
    store->Commit(Puts({{Numbered("k", i), "v"}}), [&](Result<Revision> result) {
      EXPECT_TRUE(result);
      ++answered;
    });
    store->Get({"k"}, [&](Result<GetResult> result) {
      EXPECT_TRUE(result);
      ++answered;
    });
  }
  store->Close();
  EXPECT_EQ(answered, 2 * kCalls);
  store->Close();
  EXPECT_FAILS(Get(*store, {"a"}), kUnavailable);
  EXPECT_FAILS(Range(*store, {}), kUnavailable);
  EXPECT_FAILS(Commit(*store, Puts({{"a", "1"}})), kUnavailable);
  store->Stats();
}

TEST_P(StoreContract, ADurableStoreKeepsItsRecordsAndRevisions) {
  if (!GetParam().durable) GTEST_SKIP() << "keeps nothing";
  {
    auto store = Open();
    for (int i = 0; i < 20; ++i) ASSERT_TRUE(Commit(*store, Puts({{Numbered("k", i), std::to_string(i)}})));
    ASSERT_TRUE(Commit(*store, {.preconditions = {}, .puts = {}, .deletes = {Numbered("k", 7)}}));
  }
  for (int round = 0; round < 2; ++round) {
    auto store = Open();
    auto all = Range(*store, {}).value();
    EXPECT_EQ(all.revision, 21u + round);
    ASSERT_EQ(all.records.size(), 19u);
    EXPECT_EQ(all.records[3].revision, 4u);
    EXPECT_EQ(ValueOf(*store, Numbered("k", 19)), "19");
    EXPECT_EQ(ValueOf(*store, Numbered("k", 7)), "(none)");
    EXPECT_EQ(Commit(*store, Puts({{Numbered("k", 0), "0"}})).value(), 22u + round);
    ASSERT_TRUE(Commit(*store, {.preconditions = {{Numbered("k", 7), 0}}, .puts = {}, .deletes = {}}));
  }
}

}  // namespace
}  // namespace kagimori::store::testing
