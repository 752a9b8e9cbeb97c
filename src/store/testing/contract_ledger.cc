#include <algorithm>
#include <future>

#include "store/testing/contract_suite.h"

namespace kagimori::store::testing {
namespace {

RecordTag TagOf(std::string_view key, ByteView value) {
  RecordTag tag{};
  std::copy_n(key.begin(), std::min<size_t>(key.size(), 16), tag.begin());
  std::copy_n(value.begin(), std::min<size_t>(value.size(), 16), tag.begin() + 16);
  return tag;
}

// Counts the bytes of all values, as a ledger must be able to: from what it is shown alone.
class CountingLedger : public CommitLedger {
 public:
  Result<RecordTag> Tag(std::string_view key, ByteView value) override {
    if (key == untaggable) return Fail(ErrorKind::kInvalid, "the test refuses");
    return TagOf(key, value);
  }
  Result<> Accept(std::span<const RecordChange> changes) override {
    for (const RecordChange& change : changes) {
      if (change.key == refused) return Fail(ErrorKind::kInvalid, "the test refuses");
    }
    for (const RecordChange& change : changes) {
      if (change.before) total -= static_cast<int64_t>(change.before->size());
      if (change.after) total += static_cast<int64_t>(change.after->size());
      if (!change.before && !change.after) ++empty_changes;
      if (change.after && change.after_tag != TagOf(change.key, *change.after)) ++wrong_tags;
      if (change.key == "total") ++own_records_shown;
    }
    return {};
  }
  std::vector<Put> Close(Revision last) override {
    revisions.push_back(last);
    std::string text = std::to_string(total);
    return {{.key = "total", .value = Bytes(text.begin(), text.end())}};
  }

  std::string refused;
  std::string untaggable;
  int64_t total = 0;
  int wrong_tags = 0;
  int empty_changes = 0;
  int own_records_shown = 0;
  std::vector<Revision> revisions;
};

int64_t TotalOf(Snapshot& snapshot) {
  int64_t total = 0;
  RangeRequest request{.begin = {}, .end = {}, .limit = 3};
  while (true) {
    RangeResult page = snapshot.Range(request).value();
    for (const Record& record : page.records) {
      if (record.key != "total") total += static_cast<int64_t>(record.value.size());
    }
    if (!page.more) return total;
    request.begin = page.records.back().key + '\0';
  }
}

std::string TextIn(Snapshot& snapshot, const std::string& key) {
  RangeResult page = snapshot.Range({.begin = key, .end = key + '\0', .limit = 1}).value();
  return page.records.empty() ? "(none)" : std::string(AsText(page.records[0].value));
}

TEST_P(StoreContract, ASnapshotKeepsItsRevision) {
  auto store = Open();
  ASSERT_TRUE(Commit(*store, Puts({{"a", "1"}, {"b", "2"}})));
  auto snapshot = store->TakeSnapshot().value();
  ASSERT_TRUE(Commit(*store, {.preconditions = {}, .puts = {{.key = "a", .value = Bytes(3)}}, .deletes = {"b"}}));
  EXPECT_EQ(snapshot->revision(), 1u);
  EXPECT_EQ(TextIn(*snapshot, "a"), "1");
  EXPECT_EQ(TextIn(*snapshot, "b"), "2");
  EXPECT_EQ(snapshot->Range({}).value().revision, 1u);
  EXPECT_EQ(snapshot->Range({.begin = {}, .end = {}, .limit = kMaxRangeRecords + 1}).error().kind, ErrorKind::kLimit);
  EXPECT_EQ(store->TakeSnapshot().value()->revision(), 2u);
  snapshot.reset();
  store->Close();
  EXPECT_EQ(store->TakeSnapshot().error().kind, ErrorKind::kUnavailable);
}

TEST_P(StoreContract, ALedgerSeesEveryWriteAndItsRecordsGoWithThem) {
  auto store = Open();
  CountingLedger ledger;
  ASSERT_TRUE(Commit(*store, Puts({{"before", "12345"}})));
  ledger.total = 5;
  store->SetLedger(&ledger);
  // Many at once, over few keys, so that groups hold several writes of one record.
  std::vector<std::future<Result<Revision>>> answers;
  for (int i = 0; i < 400; ++i) {
    std::promise<Result<Revision>> promise;
    answers.push_back(promise.get_future());
    Transaction transaction;
    std::string key = "k" + std::to_string(i % 7);
    if (i % 5 == 4) {
      transaction.deletes = {key, "never"};
    } else {
      transaction.puts = {{.key = key, .value = Bytes(static_cast<size_t>(i % 50))}};
    }
    store->Commit(std::move(transaction), [promise = std::move(promise)](Result<Revision> done) mutable {
      promise.set_value(std::move(done));
    });
    if (i % 100 == 0) {
      auto snapshot = store->TakeSnapshot().value();
      std::string kept = TextIn(*snapshot, "total");
      EXPECT_EQ(TotalOf(*snapshot), kept == "(none)" ? 5 : std::stoll(kept));
    }
  }
  for (auto& answer : answers) ASSERT_TRUE(answer.get());
  auto snapshot = store->TakeSnapshot().value();
  EXPECT_EQ(TotalOf(*snapshot), ledger.total);
  EXPECT_EQ(TextIn(*snapshot, "total"), std::to_string(ledger.total));
  EXPECT_EQ(ledger.empty_changes, 0);
  EXPECT_EQ(ledger.wrong_tags, 0);
  EXPECT_EQ(ledger.own_records_shown, 0);
  ASSERT_FALSE(ledger.revisions.empty());
  EXPECT_TRUE(std::ranges::is_sorted(ledger.revisions));
  EXPECT_EQ(ledger.revisions.back(), snapshot->revision());
}

TEST_P(StoreContract, ANewRecordIsShownToTheLedgerWithNothingBefore) {
  auto store = Open();
  CountingLedger ledger;
  store->SetLedger(&ledger);
  Transaction transaction = Puts({{"k", "12345"}, {"l", "1"}});
  transaction.puts[0].is_new = true;
  ASSERT_TRUE(Commit(*store, std::move(transaction)));
  EXPECT_EQ(ledger.total, 6);
  EXPECT_EQ(ledger.wrong_tags, 0);
  ASSERT_TRUE(Commit(*store, Puts({{"k", "123"}})));
  EXPECT_EQ(ledger.total, 4);
  EXPECT_EQ(ValueOf(*store, "k"), "123");
  store->Close();
}

TEST_P(StoreContract, WhatALedgerRefusesIsNotWrittenAndAConflictIsNotShown) {
  auto store = Open();
  CountingLedger ledger;
  ledger.refused = "bad";
  store->SetLedger(&ledger);
  EXPECT_EQ(Commit(*store, Puts({{"good", "1"}, {"bad", "22"}})).error().kind, ErrorKind::kInvalid);
  ledger.untaggable = "worse";
  EXPECT_EQ(Commit(*store, Puts({{"good", "1"}, {"worse", "22"}})).error().kind, ErrorKind::kInvalid);
  EXPECT_EQ(ValueOf(*store, "good"), "(none)");
  Transaction late = Puts({{"good", "333"}});
  late.preconditions = {{.key = "good", .revision = 9}};
  EXPECT_EQ(Commit(*store, std::move(late)).error().kind, ErrorKind::kConflict);
  EXPECT_EQ(ledger.total, 0);
  EXPECT_EQ(Commit(*store, Puts({{"good", "4444"}})).value(), 1u);
  EXPECT_EQ(ValueOf(*store, "total"), "4");
}

}  // namespace
}  // namespace kagimori::store::testing
