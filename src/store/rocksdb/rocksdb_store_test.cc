#include "store/rocksdb/rocksdb_store.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rocksdb/db.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>

#include "store/rocksdb/rocksdb_format.h"
#include "store/testing/contract_suite.h"
#include "store/testing/rocksdb_fault_file_system.h"

namespace kagimori::store {
namespace {

namespace fs = std::filesystem;
using testing::Commit;
using ::testing::ExitedWithCode;
using testing::FaultFileSystem;
using testing::Get;
using ::testing::HasSubstr;
using testing::Puts;
using testing::Range;
using testing::TemporaryFolder;
using testing::ValueOf;

TEST(RocksDbStore, AFolderIsOpenOnce) {
  TemporaryFolder folder;
  auto store = RocksDbStore::Open({.folder = folder.path()});
  ASSERT_TRUE(store);
  auto second = RocksDbStore::Open({.folder = folder.path()});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, ErrorKind::kUnavailable);
  EXPECT_THAT(second.error().text, HasSubstr("in use"));
  ASSERT_TRUE(Commit(**store, Puts({{"a", "1"}})));
  (*store)->Close();
  auto third = RocksDbStore::Open({.folder = folder.path()});
  ASSERT_TRUE(third) << Describe(third.error());
  EXPECT_EQ(ValueOf(**third, "a"), "1");
}

TEST(RocksDbStore, ANewerFormatIsRefusedByName) {
  TemporaryFolder folder;
  RocksDbStore::Open({.folder = folder.path()}).value()->Close();
  {
    rocksdb::DB* opened = nullptr;
    ASSERT_TRUE(rocksdb::DB::Open({}, folder.path(), &opened).ok());
    const std::unique_ptr<rocksdb::DB> db(opened);
    ASSERT_TRUE(db->Put({}, rocksdb::Slice(kFormatKey), "\x02").ok());
  }
  auto store = RocksDbStore::Open({.folder = folder.path()});
  ASSERT_FALSE(store);
  EXPECT_THAT(store.error().text, HasSubstr("made by a newer version of Kagimori"));
}

TEST(RocksDbStore, TheFolderIsMadeForItsOwnerOnly) {
  TemporaryFolder folder;
  fs::path inner = folder.path() + "/store/";
  auto store = RocksDbStore::Open({.folder = inner});
  ASSERT_TRUE(store) << Describe(store.error());
  struct stat made{};
  ASSERT_EQ(stat(inner.c_str(), &made), 0);
  EXPECT_EQ(made.st_mode & 0777, 0700u);
  EXPECT_FALSE(RocksDbStore::Open({.folder = folder.path() + "/no/such/parent"}));
}

TEST(RocksDbStore, AReadOnlyFolderIsRefused) {
  TemporaryFolder folder;
  std::string inner = folder.path() + "/store";
  ASSERT_EQ(mkdir(inner.c_str(), 0555), 0);
  ASSERT_EQ(chmod(folder.path().c_str(), 0755), 0);
  auto open_as_nobody = [&] {
    if (getuid() == 0 && setuid(65534) != 0) _exit(3);
    auto store = RocksDbStore::Open({.folder = inner});
    _exit(store ? 1 : store.error().kind == ErrorKind::kIo ? 0 : 2);
  };
  // A plain child: it needs this very folder, which a re-executed death test would not have.
  pid_t child = fork();
  if (child == 0) open_as_nobody();
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(RocksDbStore, AFolderThatLostItsCurrentFileIsRefused) {
  TemporaryFolder folder;
  {
    auto store = RocksDbStore::Open({.folder = folder.path()});
    ASSERT_TRUE(Commit(**store, Puts({{"a", "1"}})));
  }
  fs::remove(folder.path() + "/CURRENT");
  auto again = RocksDbStore::Open({.folder = folder.path()});
  ASSERT_FALSE(again) << "a store was silently begun anew";
  EXPECT_EQ(again.error().kind, ErrorKind::kCorrupt);
}

TEST(RocksDbStore, ConcurrentCommitsShareASync) {
  TemporaryFolder folder;
  auto store = *RocksDbStore::Open({.folder = folder.path()});
  for (int i = 0; i < 500; ++i) {
    store->Commit(Puts({{"k" + std::to_string(i), "v"}}), [](Result<Revision> result) { EXPECT_TRUE(result); });
  }
  store->Close();
  StoreStats stats = store->Stats();
  EXPECT_EQ(stats.commits, 500u);
  EXPECT_EQ(stats.syncs, stats.groups);
  EXPECT_LT(stats.syncs, 250u);
}

// Without room nothing is tried, so that nothing fails for good.
TEST(RocksDbStore, TakesNoCommitWithoutRoom) {
  TemporaryFolder folder;
  {
    auto store = *RocksDbStore::Open({.folder = folder.path()});
    ASSERT_TRUE(Commit(*store, Puts({{"k", "1"}})));
  }
  auto store = *RocksDbStore::Open({.folder = folder.path(), .min_free_bytes = UINT64_MAX});
  auto refused = Commit(*store, Puts({{"k", "2"}}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kLimit);
  EXPECT_EQ(testing::ValueOf(*store, "k"), "1");
  EXPECT_EQ(store->Stats().commits, 0u);
}

TEST(RocksDbStore, QueuesAreBounded) {
  TemporaryFolder folder;
  auto store = *RocksDbStore::Open({.folder = folder.path(), .max_waiting_commits = 3});
  std::atomic<int> refused{0}, answered{0};
  for (int i = 0; i < 200; ++i) {
    store->Commit(Puts({{"k", std::to_string(i)}}), [&](Result<Revision> result) {
      if (!result) {
        EXPECT_EQ(result.error().kind, ErrorKind::kUnavailable);
        ++refused;
      }
      ++answered;
    });
  }
  store->Close();
  EXPECT_EQ(answered, 200);
  EXPECT_GT(refused, 0);
  EXPECT_EQ(store->Stats().commits, 200u - refused);
}

// A store of eight tables' worth of records, closed.
void FillTables(const std::string& folder, const std::string& value) {
  auto store = *RocksDbStore::Open({.folder = folder, .write_buffer_bytes = 64 * 1024});
  for (int i = 0; i < 8; ++i) ASSERT_TRUE(Commit(*store, Puts({{"k" + std::to_string(100 + i), value}})));
}

// Calls for every table's descriptor.
template <class Do>
void ForTables(const std::string& folder, Do work) {
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() != ".sst") continue;
    const int descriptor = open(entry.path().c_str(), O_RDONLY | O_CLOEXEC);
    ASSERT_GE(descriptor, 0);
    work(descriptor);
    close(descriptor);
  }
}

bool FirstPageIsCached(int descriptor) {
  char byte = 0;
  iovec into{.iov_base = &byte, .iov_len = 1};
  return preadv2(descriptor, &into, 1, 0, RWF_NOWAIT) == 1;
}

TEST(RocksDbStore, ReadsThatMustWaitGoToAReader) {
  TemporaryFolder folder;
  const std::string value(16 * 1024, 'v');
  FillTables(folder.path(), value);
  // What opening reads (a table's end, and to its beginning where it is small) stays in the page cache until here.
  auto store = *RocksDbStore::Open({.folder = folder.path(), .cache_bytes = 0});
  bool cached = false;
  ForTables(folder.path(), [&](int descriptor) {
    EXPECT_EQ(posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED), 0);
    cached |= FirstPageIsCached(descriptor);
  });
  if (cached) GTEST_SKIP() << "this file system does not let go of its pages";
  EXPECT_EQ(ValueOf(*store, "k100"), value);
  ForTables(folder.path(), [](int descriptor) { posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED); });
  EXPECT_EQ(Range(*store, {}).value().records.size(), 8u);
  EXPECT_EQ(store->Stats().queued_reads, 2u);
  ASSERT_TRUE(Commit(*store, Puts({{"hot", "v"}})));
  auto inline_before = store->Stats().inline_reads;
  EXPECT_TRUE(Get(*store, {"hot"}));
  EXPECT_EQ(store->Stats().inline_reads, inline_before + 1) << "a hot read left its thread";
}

TEST(RocksDbStore, WhatThePageCacheHoldsIsReadWithinTheCall) {
  TemporaryFolder folder;
  const std::string value(16 * 1024, 'v');
  FillTables(folder.path(), value);
  auto store = *RocksDbStore::Open({.folder = folder.path(), .cache_bytes = 0});
  bool told = true;
  ForTables(folder.path(), [&](int descriptor) {
    Bytes all(fs::file_size("/proc/self/fd/" + std::to_string(descriptor)));
    EXPECT_EQ(pread(descriptor, all.data(), all.size(), 0), static_cast<ssize_t>(all.size()));
    told &= FirstPageIsCached(descriptor);
  });
  if (!told) GTEST_SKIP() << "this file system does not tell what it has in memory";
  EXPECT_EQ(ValueOf(*store, "k100"), value);
  EXPECT_EQ(Range(*store, {}).value().records.size(), 8u);
  EXPECT_EQ(store->Stats().queued_reads, 0u);
  EXPECT_EQ(store->Stats().inline_reads, 2u);
}

// The process ends before it answers: an acknowledgement would end the child with another code.
void CommitWithFault(FaultFileSystem::Fault fault) {
  TemporaryFolder folder;
  auto faults = std::make_shared<FaultFileSystem>();
  auto env = rocksdb::NewCompositeEnv(faults);
  auto store = *RocksDbStore::Open({.folder = folder.path(), .env = env.get()});
  if (!Commit(*store, Puts({{"a", "1"}}))) _exit(2);
  faults->Arm(fault, ".log");
  store->Commit(Puts({{"a", "2"}}), [](Result<Revision>) { _exit(3); });
  store->Close();
  _exit(4);
}

TEST(RocksDbStoreDeathTest, AFailedSyncEndsTheProcess) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(CommitWithFault(FaultFileSystem::Fault::kSync), ExitedWithCode(RocksDbStore::kExitStoreFailed),
              "cannot write");
}

TEST(RocksDbStoreDeathTest, AFailedWriteEndsTheProcess) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(CommitWithFault(FaultFileSystem::Fault::kAppend), ExitedWithCode(RocksDbStore::kExitStoreFailed),
              "cannot write");
}

// A table that cannot be synced: RocksDB notices in the background, and the process ends too.
void FlushWithFault() {
  TemporaryFolder folder;
  auto faults = std::make_shared<FaultFileSystem>();
  auto env = rocksdb::NewCompositeEnv(faults);
  auto store = *RocksDbStore::Open({.folder = folder.path(), .write_buffer_bytes = 64 * 1024, .env = env.get()});
  faults->Arm(FaultFileSystem::Fault::kSync, ".sst");
  for (int i = 0; i < 1000; ++i) {
    if (!Commit(*store, Puts({{"k" + std::to_string(i), std::string(16 * 1024, 'v')}}))) _exit(2);
  }
  _exit(4);
}

TEST(RocksDbStoreDeathTest, AFailedSyncInTheBackgroundEndsTheProcess) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(FlushWithFault(), ExitedWithCode(RocksDbStore::kExitStoreFailed), "cannot write");
}

}  // namespace
}  // namespace kagimori::store
