#ifndef KAGIMORI_STORE_TESTING_CONTRACT_SUITE_H_
#define KAGIMORI_STORE_TESTING_CONTRACT_SUITE_H_

#include <gtest/gtest.h>

#include <functional>
#include <initializer_list>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "store/store.h"

namespace kagimori::store::testing {

// Calls that wait for their callback, and fail the test when it runs twice.
Result<GetResult> Get(Store& store, std::vector<std::string> keys);
Result<RangeResult> Range(Store& store, RangeRequest request);
Result<Revision> Commit(Store& store, Transaction transaction);

// A transaction of puts, each {key, value}.
Transaction Puts(std::initializer_list<std::pair<std::string, std::string>> puts);
// The value as text; "(none)" when there is no such record, "(error)" when reading failed.
std::string ValueOf(Store& store, std::string key);

// One kind of store under the suite.
struct ContractParam {
  std::string name;
  // Opens the store of `folder`, an empty folder of this test; a durable store opened there again has its records.
  std::function<std::unique_ptr<Store>(const std::string& folder, size_t watch_history)> open;
  bool durable = false;
};
inline void PrintTo(const ContractParam& param, std::ostream* out) { *out << param.name; }

// INSTANTIATE_TEST_SUITE_P(Name, StoreContract, ::testing::Values(ContractParam{…}), ContractName);
class StoreContract : public ::testing::TestWithParam<ContractParam> {
 protected:
  StoreContract();
  ~StoreContract() override;
  std::unique_ptr<Store> Open(size_t watch_history = 4096) { return GetParam().open(folder_, watch_history); }

  std::string folder_;
};
std::string ContractName(const ::testing::TestParamInfo<ContractParam>& info);

// A new folder below the system's temporary one, removed with everything in it.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace kagimori::store::testing

#endif  // KAGIMORI_STORE_TESTING_CONTRACT_SUITE_H_
