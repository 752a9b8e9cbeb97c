// What the embedded store costs: commits one at a time and 64 at once (with the syncs each takes), and hot reads.
#include <benchmark/benchmark.h>
#include <stdlib.h>

#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <mutex>
#include <string>

#include "store/rocksdb/rocksdb_store.h"

namespace kagimori::store {
namespace {

// KAGIMORI_BENCH_FOLDER names the disk to measure; else the system's temporary folder.
class Fixture {
 public:
  Fixture() {
    const char* base = std::getenv("KAGIMORI_BENCH_FOLDER");
    folder_ = (base != nullptr ? std::filesystem::path(base) : std::filesystem::temp_directory_path()) /
              "kagimori-bench-XXXXXX";
    if (mkdtemp(folder_.data()) == nullptr) std::abort();
    auto opened = RocksDbStore::Open({.folder = folder_});
    if (!opened) std::abort();
    store_ = *std::move(opened);
  }
  ~Fixture() {
    store_.reset();
    std::filesystem::remove_all(folder_);
  }
  Store& store() { return *store_; }

 private:
  std::string folder_;
  std::unique_ptr<Store> store_;
};

Transaction OnePut(uint64_t number) {
  Transaction transaction;
  transaction.puts.push_back({"key/" + std::to_string(number % 100'000), Bytes(300, 'v')});
  return transaction;
}

void BM_Commits(benchmark::State& state) {
  Fixture fixture;
  const int concurrent = static_cast<int>(state.range(0));
  std::mutex mutex;
  std::condition_variable changed;
  int under_way = 0;
  uint64_t number = 0;
  for (auto _ : state) {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return under_way < concurrent; });
    ++under_way;
    lock.unlock();
    fixture.store().Commit(OnePut(number++), [&](Result<Revision> result) {
      if (!result) std::abort();
      std::lock_guard inner(mutex);
      --under_way;
      changed.notify_one();
    });
  }
  fixture.store().Close();
  StoreStats stats = fixture.store().Stats();
  state.SetItemsProcessed(state.iterations());
  state.counters["syncs_per_commit"] = static_cast<double>(stats.syncs) / static_cast<double>(stats.commits);
}
BENCHMARK(BM_Commits)->Arg(1)->Arg(64)->UseRealTime();

void BM_HotGet(benchmark::State& state) {
  Fixture fixture;
  std::promise<void> filled;
  constexpr uint64_t kKeys = 4000;
  for (uint64_t i = 0; i < kKeys; ++i) {
    fixture.store().Commit(OnePut(i), [&, i](Result<Revision> result) {
      if (!result) std::abort();
      if (i + 1 == kKeys) filled.set_value();
    });
  }
  filled.get_future().wait();
  const auto keys_per_get = static_cast<uint64_t>(state.range(0));
  uint64_t number = 0;
  for (auto _ : state) {
    std::vector<std::string> keys;
    for (uint64_t i = 0; i < keys_per_get; ++i) keys.push_back("key/" + std::to_string(number++ * 7919 % kKeys));
    fixture.store().Get(std::move(keys), [](Result<GetResult> result) {
      if (!result || !result->records[0]) std::abort();
      benchmark::DoNotOptimize(result);
    });
  }
}
BENCHMARK(BM_HotGet)->Arg(1)->Arg(5);

}  // namespace
}  // namespace kagimori::store

BENCHMARK_MAIN();
