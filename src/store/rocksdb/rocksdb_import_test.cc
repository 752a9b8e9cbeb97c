#include "store/rocksdb/rocksdb_import.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/blocking.h"
#include "store/rocksdb/rocksdb_store.h"
#include "store/testing/contract_suite.h"

namespace kagimori::store {
namespace {

using testing::Commit;
using testing::Puts;
using testing::TemporaryFolder;
using testing::ValueOf;

// Everything of a store at one revision.
std::vector<Record> All(Snapshot* snapshot) {
  std::vector<Record> all;
  std::string begin;
  while (true) {
    RangeResult page = snapshot->Range({.begin = begin, .limit = 3}).value();
    for (Record& record : page.records) all.push_back(std::move(record));
    if (!page.more) return all;
    begin = all.back().key + '\0';
  }
}

bool Same(const std::vector<Record>& a, const std::vector<Record>& b) {
  return std::ranges::equal(a, b, [](const Record& x, const Record& y) {
    return std::tie(x.key, x.value, x.revision) == std::tie(y.key, y.value, y.revision);
  });
}

TEST(RocksDbImport, TheCopyGoesOnWhereTheOriginalWas) {
  TemporaryFolder folder;
  auto original = RocksDbStore::Open({.folder = folder.path() + "/a"}).value();
  for (const char* value : {"1", "2", "3"}) {
    ASSERT_TRUE(Commit(*original, Puts({{"a", value}})));
    ASSERT_TRUE(Commit(*original, Puts({{"b" + std::string(value), value}, {"c", value}})));
  }
  auto snapshot = original->TakeSnapshot().value();
  ASSERT_TRUE(Commit(*original, Puts({{"a", "later"}})));
  const std::vector<Record> records = All(snapshot.get());

  auto import = RocksDbImport::Begin(folder.path() + "/b", snapshot->revision()).value();
  for (const Record& record : records) ASSERT_TRUE(import->Add(record));
  ASSERT_TRUE(import->Finish());
  import.reset();

  auto copy = RocksDbStore::Open({.folder = folder.path() + "/b"}).value();
  auto seen = copy->TakeSnapshot().value();
  EXPECT_EQ(seen->revision(), snapshot->revision());
  EXPECT_TRUE(Same(All(seen.get()), records));
  EXPECT_EQ(Commit(*copy, Puts({{"d", "new"}})).value(), snapshot->revision() + 1);
  snapshot.reset();
  seen.reset();
  copy->Close();
  original->Close();
}

TEST(RocksDbImport, AnUnfinishedCopyIsOfNoUse) {
  TemporaryFolder folder;
  {
    auto import = RocksDbImport::Begin(folder.path() + "/b", 9).value();
    ASSERT_TRUE(import->Add({.key = "a", .value = Bytes(2 << 17), .revision = 9}));
    for (int i = 0; i < 8; ++i) {
      ASSERT_TRUE(import->Add({.key = "k" + std::to_string(i), .value = Bytes(2 << 17), .revision = 9}));
    }
  }
  auto store = RocksDbStore::Open({.folder = folder.path() + "/b"}).value();
  auto got = GetAndWait(*store, {"a"});
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().kind, ErrorKind::kCorrupt);
  store->Close();
  store.reset();
  EXPECT_EQ(RocksDbImport::Begin(folder.path() + "/b", 9).error().kind, ErrorKind::kConflict);
}

TEST(RocksDbImport, RefusesWhatNoStoreHolds) {
  TemporaryFolder folder;
  auto import = RocksDbImport::Begin(folder.path() + "/b", 5).value();
  EXPECT_EQ(import->Add({.key = "", .value = {}, .revision = 1}).error().kind, ErrorKind::kInvalid);
  EXPECT_EQ(import->Add({.key = std::string(513, 'k'), .value = {}, .revision = 1}).error().kind, ErrorKind::kInvalid);
  EXPECT_EQ(import->Add({.key = "a", .value = Bytes(kMaxValueSize + 1), .revision = 1}).error().kind,
            ErrorKind::kInvalid);
  EXPECT_EQ(import->Add({.key = "a", .value = {}, .revision = 6}).error().kind, ErrorKind::kInvalid);
  EXPECT_EQ(import->Add({.key = "a", .value = {}, .revision = 0}).error().kind, ErrorKind::kInvalid);
}

TEST(RocksDbImport, TakesNoStoreThatIsInUse) {
  TemporaryFolder folder;
  auto store = RocksDbStore::Open({.folder = folder.path() + "/a"}).value();
  EXPECT_EQ(RocksDbImport::Begin(folder.path() + "/a", 5).error().kind, ErrorKind::kUnavailable);
  ASSERT_TRUE(Commit(*store, Puts({{"a", "1"}})));
  store->Close();
  store.reset();
  EXPECT_EQ(RocksDbImport::Begin(folder.path() + "/a", 5).error().kind, ErrorKind::kConflict);
}

}  // namespace
}  // namespace kagimori::store
