#ifndef KAGIMORI_SEAL_TESTING_TEST_STORE_H_
#define KAGIMORI_SEAL_TESTING_TEST_STORE_H_

#include <stdlib.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "seal/hierarchy.h"
#include "secret/testing/secret_testing.h"
#include "store/blocking.h"
#include "store/memory_store.h"

namespace kagimori::seal {

// For tests of this room and of the rooms above: a store in memory with its hierarchy.

inline secret::SecretKey256 TestRootKey(uint8_t byte = 0x5A) { return secret::SecretTesting::Filled<32>(byte); }

struct TestStore {
  explicit TestStore(DeploymentKind kind = DeploymentKind::kDevelopment,
                     store::MemoryStore::Mode mode = store::MemoryStore::Mode::kInline)
      : store(mode), deployment(NewDeployment(kind, Timestamp{1'700'000'000'000})) {
    hierarchy = KeyHierarchy::Create(TestRootKey(), &store, deployment).value();
  }
  ~TestStore() { store.Close(); }

  std::optional<Bytes> Read(const std::string& path) {
    auto got = store::GetAndWait(store, {path}).value();
    if (!got.records.at(0)) return std::nullopt;
    return got.records[0]->value;
  }
  void Write(const std::string& path, Bytes value) {
    store::Transaction transaction;
    transaction.puts.push_back({path, std::move(value)});
    store::CommitAndWait(store, std::move(transaction)).value();
  }

  store::MemoryStore store;
  Deployment deployment;
  std::unique_ptr<KeyHierarchy> hierarchy;
};

// A folder that goes with the object.
class TestFolder {
 public:
  TestFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "kagimori-seal-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) abort();
    path_ = pattern;
  }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;
  ~TestFolder() { std::filesystem::remove_all(path_); }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace kagimori::seal

#endif  // KAGIMORI_SEAL_TESTING_TEST_STORE_H_
