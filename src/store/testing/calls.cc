#include <stdlib.h>

#include <atomic>
#include <filesystem>
#include <future>

#include "store/testing/contract_suite.h"

namespace kagimori::store::testing {
namespace {

template <class T>
struct Once {
  std::promise<Result<T>> promise;
  std::atomic<int> calls{0};
};

template <class T, class Call>
Result<T> Wait(Call call) {
  auto once = std::make_shared<Once<T>>();
  auto future = once->promise.get_future();
  call([once](Result<T> result) {
    EXPECT_EQ(once->calls.fetch_add(1), 0) << "a callback ran twice";
    once->promise.set_value(std::move(result));
  });
  if (future.wait_for(std::chrono::seconds(60)) != std::future_status::ready) {
    ADD_FAILURE() << "a callback never ran";
    return Fail(ErrorKind::kInternal, "no answer");
  }
  return future.get();
}

}  // namespace

Result<GetResult> Get(Store& store, std::vector<std::string> keys) {
  return Wait<GetResult>([&](auto callback) { store.Get(std::move(keys), std::move(callback)); });
}

Result<RangeResult> Range(Store& store, RangeRequest request) {
  return Wait<RangeResult>([&](auto callback) { store.Range(std::move(request), std::move(callback)); });
}

Result<Revision> Commit(Store& store, Transaction transaction) {
  return Wait<Revision>([&](auto callback) { store.Commit(std::move(transaction), std::move(callback)); });
}

Transaction Puts(std::initializer_list<std::pair<std::string, std::string>> puts) {
  Transaction transaction;
  for (const auto& [key, value] : puts) transaction.puts.push_back({key, Bytes(value.begin(), value.end())});
  return transaction;
}

std::string ValueOf(Store& store, std::string key) {
  auto got = Get(store, {std::move(key)});
  if (!got) return "(error)";
  if (!got->records[0]) return "(none)";
  return std::string(AsText(got->records[0]->value));
}

TemporaryFolder::TemporaryFolder() {
  path_ = (std::filesystem::temp_directory_path() / "kagimori-store-XXXXXX").string();
  if (mkdtemp(path_.data()) == nullptr) std::abort();
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

StoreContract::StoreContract() {
  folder_ = (std::filesystem::temp_directory_path() / "kagimori-store-XXXXXX").string();
  if (mkdtemp(folder_.data()) == nullptr) std::abort();
}

StoreContract::~StoreContract() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::string ContractName(const ::testing::TestParamInfo<ContractParam>& info) { return info.param.name; }

}  // namespace kagimori::store::testing
