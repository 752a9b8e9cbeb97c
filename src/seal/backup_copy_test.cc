#include "seal/backup_copy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "seal/backup_reader.h"
#include "seal/sealed_record.h"
#include "seal/testing/test_backup.h"
#include "seal/testing/test_store.h"
#include "store/rocksdb/rocksdb_store.h"

namespace kagimori::seal {
namespace {

using testing::HasSubstr;

constexpr AccountId kAccount = AccountId::FromNumber(111122223333);

struct Taken {
  Bytes file;
  BackupTotals totals;
};

BackupHeader HeaderFor(const Deployment& deployment) {
  BackupHeader header = TestBackupHeader();
  header.deployment = deployment;
  return header;
}

Result<Taken> Take(const KeyHierarchy& hierarchy, store::Snapshot& snapshot, const Deployment& deployment,
                   const BackupPace& pace = {}) {
  Taken taken;
  auto totals =
      WriteBackup(hierarchy, snapshot, HeaderFor(deployment), TestBackupKey(), pace, [&taken](ByteView bytes) {
        taken.file.insert(taken.file.end(), bytes.begin(), bytes.end());
        return Result<>();
      });
  if (!totals) return std::unexpected(totals.error());
  taken.totals = *totals;
  return taken;
}

struct Read {
  BackupHeader header;
  Bytes deployment_record;
  std::map<std::string, Bytes> records;
};

Read ReadAll(const Bytes& file) {
  auto reader = BackupReader::Open(SourceOf(file)).value();
  Read read{.header = reader->header(), .deployment_record = reader->Unlock(TestBackupKey()).value(), .records = {}};
  while (true) {
    auto some = reader->Next().value();
    if (some.empty()) return read;
    for (store::Record& record : some) read.records[record.key] = std::move(record.value);
  }
}

std::string TestPath(int number) {
  return Path(RecordType::kAccount).Account(kAccount).Number<4>(static_cast<uint64_t>(number)).text();
}

void WriteSealed(TestStore* test, const std::string& path, std::string_view message) {
  test->Write(path, SealRecord(*test->hierarchy, {.path = path, .account = kAccount, .version = 1}, message));
}

// Without the root key and without its slots: the backup and its key open every record.
TEST(WriteBackup, HoldsWhatItTakesToOpenEveryRecord) {
  TestStore test;
  for (int i = 0; i < 50; ++i) WriteSealed(&test, TestPath(i), "message " + std::to_string(i));
  auto snapshot = test.store.TakeSnapshot().value();
  auto taken = Take(*test.hierarchy, *snapshot, test.deployment);
  ASSERT_TRUE(taken) << taken.error().text;
  const Read read = ReadAll(taken->file);
  EXPECT_EQ(read.header.revision, snapshot->revision());
  EXPECT_EQ(read.header.store_id, test.hierarchy->store_id());

  auto hierarchy = KeyHierarchy::Open(TestBackupKey(), read.deployment_record, read.header.deployment);
  ASSERT_TRUE(hierarchy) << hierarchy.error().text;
  EXPECT_EQ((*hierarchy)->epoch(), 1u);
  EXPECT_EQ(read.records.size(), 51u);
  for (int i = 0; i < 50; ++i) {
    auto opened = OpenRecord(**hierarchy, TestPath(i), kAccount, read.records.at(TestPath(i)));
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->message, "message " + std::to_string(i));
  }
  EXPECT_FALSE(KeyHierarchy::Open(TestRootKey(), read.deployment_record, read.header.deployment));
  Deployment other = read.header.deployment;
  other.id[0] ^= 1;
  EXPECT_EQ(KeyHierarchy::Open(TestBackupKey(), read.deployment_record, other).error().kind, ErrorKind::kInvalid);
}

TEST(WriteBackup, ARestoreHasANewRootKeyAndEpoch) {
  TestStore test;
  WriteSealed(&test, TestPath(1), "kept");
  auto snapshot = test.store.TakeSnapshot().value();
  const Read read = ReadAll(Take(*test.hierarchy, *snapshot, test.deployment)->file);
  const auto new_root = TestRootKey(0x77);
  auto renewed = RenewDeployment(TestBackupKey(), read.deployment_record, new_root);
  ASSERT_TRUE(renewed);

  store::MemoryStore restored(store::MemoryStore::Mode::kInline);
  for (const auto& [path, value] : read.records) {
    const bool is_deployment = path == std::string(1, static_cast<char>(RecordType::kDeployment));
    store::CommitAndWait(restored, {.puts = {{path, is_deployment ? *renewed : value}}}).value();
  }
  EXPECT_EQ(KeyHierarchy::Load(TestRootKey(), &restored, test.deployment).error().kind, ErrorKind::kAuthentication);
  auto loaded = KeyHierarchy::Load(new_root.Clone(), &restored, test.deployment);
  ASSERT_TRUE(loaded) << loaded.error().text;
  EXPECT_EQ((*loaded)->epoch(), test.hierarchy->epoch() + 1);
  EXPECT_EQ((*loaded)->store_id(), test.hierarchy->store_id());
  EXPECT_EQ(OpenRecord(**loaded, TestPath(1), kAccount, read.records.at(TestPath(1)))->message, "kept");
  // A change goes on from it.
  EXPECT_TRUE((*loaded)->BeginTerm(&restored, {}));
  EXPECT_EQ(KeyHierarchy::Load(new_root.Clone(), &restored, test.deployment).value()->epoch(), 2u);
  restored.Close();
}

// The terms in a backup are those of its snapshot, whatever rotates while it is taken.
TEST(WriteBackup, ATermThatEndsMeanwhileIsInIt) {
  TestStore test;
  WriteSealed(&test, TestPath(1), "under the old term");
  auto snapshot = test.store.TakeSnapshot().value();
  const TermId old = test.hierarchy->current_term();
  ASSERT_TRUE(test.hierarchy->BeginTerm(&test.store, {}));
  ASSERT_TRUE(test.hierarchy->CloseTerm(old));
  ASSERT_TRUE(test.hierarchy->DestroyTerm(&test.store, old));
  const Read read = ReadAll(Take(*test.hierarchy, *snapshot, test.deployment)->file);
  EXPECT_FALSE(OpenRecord(*test.hierarchy, TestPath(1), kAccount, read.records.at(TestPath(1))));
  auto hierarchy = KeyHierarchy::Open(TestBackupKey(), read.deployment_record, read.header.deployment).value();
  EXPECT_EQ(OpenRecord(*hierarchy, TestPath(1), kAccount, read.records.at(TestPath(1)))->message, "under the old term");
}

TEST(WriteBackup, StopsWhenAskedAndKeepsItsPace) {
  TestStore test;
  for (int i = 0; i < 1000; ++i) test.Write(TestPath(i), Bytes(200));
  auto snapshot = test.store.TakeSnapshot().value();
  int asked = 0;
  auto stopped = Take(*test.hierarchy, *snapshot, test.deployment, {.stop = [&asked] { return ++asked > 2; }});
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().kind, ErrorKind::kUnavailable);
  EXPECT_THAT(stopped.error().text, HasSubstr("stopped"));

  const auto begin = std::chrono::steady_clock::now();
  ASSERT_TRUE(Take(*test.hierarchy, *snapshot, test.deployment, {.bytes_per_second = 1'000'000}));
  // 211 kB; the last page is not waited for.
  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(140));
}

TEST(WriteBackup, AStoreWithoutItsDeploymentRecordGivesNone) {
  TestStore test;
  store::MemoryStore empty(store::MemoryStore::Mode::kInline);
  auto snapshot = empty.TakeSnapshot().value();
  EXPECT_EQ(Take(*test.hierarchy, *snapshot, test.deployment).error().kind, ErrorKind::kCorrupt);
  snapshot.reset();
  empty.Close();
}

// What was committed, by revision: the only truth about what a store holds at one of them.
class History {
 public:
  void Note(store::Revision revision, store::Transaction transaction) {
    std::lock_guard lock(mutex_);
    transactions_[revision] = std::move(transaction);
    grown_.notify_all();
  }
  // Until `count` more commits are known than when it was called.
  void AwaitMore(size_t count) {
    std::unique_lock lock(mutex_);
    const size_t enough = transactions_.size() + count;
    grown_.wait(lock, [&] { return transactions_.size() >= enough; });
  }
  std::map<std::string, Bytes> At(store::Revision revision) const {
    std::map<std::string, Bytes> state;
    for (const auto& [at, transaction] : transactions_) {
      if (at > revision) break;
      for (const store::Put& put : transaction.puts) state[put.key] = put.value;
      for (const std::string& key : transaction.deletes) state.erase(key);
    }
    return state;
  }

 private:
  std::mutex mutex_;
  std::condition_variable grown_;
  std::map<store::Revision, store::Transaction> transactions_;
};

void WriteUntil(const std::atomic<bool>& stop, int writer, store::Store* store, History* history) {
  for (int round = 0; !stop; ++round) {
    store::Transaction transaction;
    for (int i = 0; i < 5; ++i) {
      const int number = writer * 1000 + (round * 7 + i * 31) % 300;
      Bytes value(100 + static_cast<size_t>(round % 50), static_cast<uint8_t>(round));
      transaction.puts.push_back({.key = TestPath(number), .value = std::move(value)});
    }
    transaction.deletes.push_back(TestPath(writer * 1000 + 500 + round % 10));
    transaction.puts.push_back({.key = TestPath(writer * 1000 + 520 + round % 10), .value = Bytes(3)});
    store::Transaction copy = transaction;
    auto committed = store::CommitAndWait(*store, std::move(transaction));
    ASSERT_TRUE(committed);
    history->Note(*committed, std::move(copy));
  }
}

TEST(WriteBackup, IsExactlyOneRevisionWhateverIsWrittenMeanwhile) {
  TestFolder folder;
  auto store = store::RocksDbStore::Open({.folder = folder.path() / "store", .sync = false}).value();
  const Deployment deployment = NewDeployment(DeploymentKind::kProduction, Timestamp{1'700'000'000'000});
  auto hierarchy = KeyHierarchy::Create(TestRootKey(), store.get(), deployment).value();
  History history;
  std::atomic<bool> stop{false};
  std::vector<std::thread> writers;
  for (int i = 0; i < 4; ++i) writers.emplace_back([&, i] { WriteUntil(stop, i, store.get(), &history); });

  std::vector<Read> backups;
  for (int i = 0; i < 8; ++i) {
    history.AwaitMore(20);
    auto snapshot = store->TakeSnapshot().value();
    auto taken = Take(*hierarchy, *snapshot, deployment, {.bytes_per_second = 4'000'000});
    ASSERT_TRUE(taken) << taken.error().text;
    backups.push_back(ReadAll(taken->file));
    EXPECT_EQ(backups.back().header.revision, snapshot->revision());
  }
  stop = true;
  for (std::thread& writer : writers) writer.join();
  const std::string deployment_path(1, static_cast<char>(RecordType::kDeployment));
  for (Read& backup : backups) {
    ASSERT_EQ(backup.records.erase(deployment_path), 1u);
    const auto expected = history.At(backup.header.revision);
    EXPECT_FALSE(expected.empty());
    EXPECT_EQ(backup.records, expected) << "at revision " << backup.header.revision;
    // The check can fail: one commit less is another state.
    EXPECT_NE(backup.records, history.At(backup.header.revision - 1));
  }
  EXPECT_LT(backups.front().header.revision, backups.back().header.revision);
  hierarchy.reset();
  store->Close();
}

}  // namespace
}  // namespace kagimori::seal
