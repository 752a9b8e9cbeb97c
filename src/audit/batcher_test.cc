#include "audit/batcher.h"

#include <gtest/gtest.h>

#include <future>
#include <optional>

#include "audit/testing/log_folder.h"
#include "base/task.h"
#include "net/core.h"

namespace kagimori::audit {
namespace {

class BatcherTest : public ::testing::Test {
 protected:
  void Start(Durability durability = Durability::kWritten) {
    LogOptions options = folder_.Options();
    options.durability = durability;
    log_ = *Log::Open(options);
    core_.emplace(0);
    batcher_.emplace(&*core_, log_.get());
    core_->Start();
  }
  // Runs `work` on the core and waits until `done` was called.
  void OnCore(std::move_only_function<void(std::move_only_function<void()> done)> work) {
    std::promise<void> promise;
    auto future = promise.get_future();
    core_->Post([&] { work([&] { promise.set_value(); }); });
    future.get();
  }
  void Finish() {
    core_->Finish();
    log_.reset();
  }
  size_t Batches() {
    Report report = folder_.Check();
    EXPECT_TRUE(report.ok()) << Describe(report);
    return report.batches;
  }

  LogFolder folder_;
  std::unique_ptr<Log> log_;
  std::optional<net::Core> core_;
  std::optional<CoreBatcher> batcher_;
};

TEST_F(BatcherTest, OneTurnIsOneBatch) {
  Start();
  std::vector<TestRecord> records(5);
  int released = 0;
  OnCore([&](auto done) {
    auto shared = std::make_shared<decltype(done)>(std::move(done));
    for (const TestRecord& record : records) {
      batcher_->Add(record.text, record.id, [&, shared](Result<> result) {
        EXPECT_TRUE(result.has_value());
        EXPECT_EQ(net::Core::Current(), &*core_);
        EXPECT_EQ(log_->Head().sequence, 5u);  // all are in the log before the first is released
        if (++released == 5) (*shared)();
      });
    }
    EXPECT_EQ(released, 0);
    EXPECT_EQ(batcher_->pending(), 5u);
  });
  Finish();
  EXPECT_EQ(Batches(), 1u);
}

TEST_F(BatcherTest, SyncedRecordsAreReleasedAfterTheSync) {
  for (Durability durability : {Durability::kWritten, Durability::kSynced}) {
    Start(durability);
    TestRecord record;
    uint64_t before = log_->Head().sequence;
    auto asked = durability == Durability::kSynced ? Durability::kWritten : Durability::kSynced;
    OnCore([&](auto done) {
      batcher_->Add(record.text, record.id, asked, [&, before, done = std::move(done)](Result<> result) mutable {
        EXPECT_TRUE(result.has_value());
        EXPECT_EQ(net::Core::Current(), &*core_);
        EXPECT_EQ(log_->SyncedSequence(), before + 1);
        done();
      });
    });
    Finish();
    batcher_.reset();
    core_.reset();
  }
  EXPECT_EQ(Batches(), 2u);
}

TEST_F(BatcherTest, ABadLineFailsAlone) {
  Start();
  TestRecord good, bad;
  bad.text += "\n{\"forged\":1}";
  bool failed = false;
  OnCore([&](auto done) {
    batcher_->Add(bad.text, bad.id, [&](Result<> result) { failed = !result.has_value(); });
    EXPECT_FALSE(failed);
    batcher_->Add(good.text, good.id, [done = std::move(done)](Result<> result) mutable {
      EXPECT_TRUE(result.has_value());
      done();
    });
  });
  EXPECT_TRUE(failed);
  Finish();
  EXPECT_EQ(folder_.Check().events, 1u);
}

Task<void> ThreeRecords(CoreBatcher* batcher, std::move_only_function<void()> done) {
  for (int i = 0; i < 3; ++i) {
    TestRecord record;
    Result<> logged = co_await batcher->Append(record.text, record.id);
    EXPECT_TRUE(logged.has_value());
  }
  done();
}

// Each record is added while the one before is being released, with nothing else to wake the core.
TEST_F(BatcherTest, CoroutinesWaitForTheirRecords) {
  Start();
  OnCore([&](auto done) { Detach(ThreeRecords(&*batcher_, std::move(done))); });
  Finish();
  EXPECT_EQ(Batches(), 3u);
}

}  // namespace
}  // namespace kagimori::audit
