// Kills a process that commits, and looks for what it had acknowledged.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <map>
#include <set>
#include <thread>

#include "store/rocksdb/rocksdb_store.h"
#include "store/testing/contract_suite.h"

namespace kagimori::store {
namespace {

using testing::Commit;
using testing::Puts;
using testing::Range;
using testing::TemporaryFolder;

constexpr const char* kFolderVariable = "KAGIMORI_STORE_CRASH_FOLDER";
constexpr const char* kRoundVariable = "KAGIMORI_STORE_CRASH_ROUND";
constexpr int kAckDescriptor = 100;
constexpr int kChildThreads = 4;

std::string Name(const char* prefix, uint64_t number) { return prefix + std::to_string(1'000'000'000 + number); }

std::string Content(uint64_t number) { return std::string(100 + number % 3000, static_cast<char>('a' + number % 26)); }

// The child: every transaction puts a pair of records; says each acknowledged number
// through the pipe.
TEST(RocksDbCrashChild, DISABLED_CommitsUntilItIsKilled) {
  const char* folder = std::getenv(kFolderVariable);
  const char* round = std::getenv(kRoundVariable);
  ASSERT_TRUE(folder != nullptr && round != nullptr);
  auto store = RocksDbStore::Open({.folder = folder, .write_buffer_bytes = 64 * 1024});
  ASSERT_TRUE(store) << Describe(store.error());
  std::atomic<uint64_t> next{std::strtoull(round, nullptr, 10) * 10'000'000};
  std::vector<std::thread> threads;
  for (int i = 0; i < kChildThreads; ++i) {
    threads.emplace_back([&] {
      while (true) {
        uint64_t number = next++;
        if (!Commit(**store, Puts({{Name("a", number), Content(number)}, {Name("b", number), Content(number)}})))
          _exit(2);
        if (write(kAckDescriptor, &number, sizeof(number)) != sizeof(number)) _exit(0);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

// Starts the child, lets it acknowledge `count` commits, kills it and returns the numbers it acknowledged.
std::set<uint64_t> RunAndKill(const std::string& folder, int round, size_t count) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) std::abort();
  // Prepared before the fork: the child may only make system calls.
  std::string folder_entry = std::string(kFolderVariable) + "=" + folder;
  std::string round_entry = std::string(kRoundVariable) + "=" + std::to_string(round);
  std::vector<char*> environment;
  for (char** entry = environ; *entry != nullptr; ++entry) environment.push_back(*entry);
  environment.push_back(folder_entry.data());
  environment.push_back(round_entry.data());
  environment.push_back(nullptr);
  const char* arguments[] = {"store_test", "--gtest_filter=RocksDbCrashChild.*", "--gtest_also_run_disabled_tests",
                             nullptr};
  pid_t child = fork();
  if (child == 0) {
    dup2(ends[1], kAckDescriptor);
    execve("/proc/self/exe", const_cast<char**>(arguments), environment.data());
    _exit(127);
  }
  close(ends[1]);
  std::set<uint64_t> acknowledged;
  uint64_t number = 0;
  while (acknowledged.size() < count && read(ends[0], &number, sizeof(number)) == sizeof(number)) {
    acknowledged.insert(number);
  }
  kill(child, SIGKILL);
  while (read(ends[0], &number, sizeof(number)) == sizeof(number)) acknowledged.insert(number);
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status)) << "the child ended by itself: " << status;
  return acknowledged;
}

std::map<std::string, Record> ReadAll(Store& store) {
  std::map<std::string, Record> all;
  RangeRequest request;
  while (true) {
    auto page = Range(store, request).value();
    for (Record& record : page.records) all[record.key] = record;
    if (!page.more) return all;
    request.begin = page.records.back().key + '\0';
  }
}

TEST(RocksDbCrash, AKillLosesNothingAcknowledgedAndLeavesNothingHalfDone) {
  TemporaryFolder folder;
  std::set<uint64_t> acknowledged;
  for (int round = 0; round < 5; ++round) {
    auto more = RunAndKill(folder.path(), round, 20 + 60 * round);
    ASSERT_FALSE(more.empty());
    acknowledged.insert(more.begin(), more.end());
    auto store = RocksDbStore::Open({.folder = folder.path()});
    ASSERT_TRUE(store) << Describe(store.error());
    auto all = ReadAll(**store);
    for (uint64_t number : acknowledged) {
      ASSERT_TRUE(all.contains(Name("a", number))) << "acknowledged and lost: " << number;
    }
    for (const auto& [key, record] : all) {
      uint64_t number = std::stoull(key.substr(1)) - 1'000'000'000;
      ASSERT_EQ(AsText(record.value), Content(number));
      auto partner = all.find(Name(key[0] == 'a' ? "b" : "a", number));
      ASSERT_NE(partner, all.end()) << "half a transaction: " << key;
      ASSERT_EQ(partner->second.revision, record.revision);
    }
    // Every revision up to the store's belongs to a pair: none was skipped and none lost.
    ASSERT_EQ(testing::Get(**store, {}).value().revision, all.size() / 2);
  }
}

}  // namespace
}  // namespace kagimori::store
