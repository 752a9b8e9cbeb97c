// Every store under the one suite.
#include "store/memory_store.h"
#include "store/rocksdb/rocksdb_store.h"
#include "store/testing/contract_suite.h"

namespace kagimori::store::testing {
namespace {

std::unique_ptr<Store> OpenRocksDb(const std::string& folder, size_t watch_history) {
  auto store = RocksDbStore::Open({.folder = folder, .watch_history = watch_history});
  if (!store) {
    ADD_FAILURE() << Describe(store.error());
    std::abort();
  }
  return *std::move(store);
}

INSTANTIATE_TEST_SUITE_P(Stores, StoreContract,
                         ::testing::Values(ContractParam{"MemoryInline",
                                                         [](const std::string&, size_t history) {
                                                           return std::make_unique<MemoryStore>(
                                                               MemoryStore::Mode::kInline, history);
                                                         }},
                                           ContractParam{"MemoryThread",
                                                         [](const std::string&, size_t history) {
                                                           return std::make_unique<MemoryStore>(
                                                               MemoryStore::Mode::kThread, history);
                                                         }},
                                           ContractParam{"RocksDb", OpenRocksDb, true}),
                         ContractName);

}  // namespace
}  // namespace kagimori::store::testing
