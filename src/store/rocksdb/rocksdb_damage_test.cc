// Flips bits in the files of a store: an answer is right or an error, never wrong.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <random>

#include "store/rocksdb/rocksdb_log_check.h"
#include "store/rocksdb/rocksdb_store.h"
#include "store/testing/contract_suite.h"

namespace kagimori::store {
namespace {

namespace fs = std::filesystem;
using testing::Commit;
using testing::Get;
using testing::Puts;
using testing::Range;
using testing::TemporaryFolder;

constexpr int kRecords = 40;

std::string Key(int i) { return "key" + std::to_string(1000 + i); }
std::string Value(int i) { return std::string(4000 + i, static_cast<char>('a' + i % 26)); }

Bytes ReadFile(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return Bytes(std::istreambuf_iterator<char>(file), {});
}

void WriteFile(const fs::path& path, ByteView bytes) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

// The files of a store with tables, a MANIFEST and a log, as a power cut would leave them.
void MakeImage(const fs::path& image) {
  TemporaryFolder folder;
  auto store = *RocksDbStore::Open({.folder = folder.path(), .write_buffer_bytes = 64 * 1024});
  for (int i = 0; i < kRecords; ++i) ASSERT_TRUE(Commit(*store, Puts({{Key(i), Value(i)}})));
  store->Close();  // so that no table is half written while it is copied
  store = *RocksDbStore::Open({.folder = folder.path()});
  for (int i = 0; i < kRecords; i += 5) ASSERT_TRUE(Commit(*store, Puts({{Key(i), Value(i)}})));
  fs::copy(folder.path(), image, fs::copy_options::recursive);
}

enum class Verdict { kRight, kRefusedAtOpen, kRefusedRead };

// Fails the test on a wrong answer.
Verdict Judge(const std::string& folder) {
  auto store = RocksDbStore::Open({.folder = folder});
  if (!store) return Verdict::kRefusedAtOpen;
  Verdict verdict = Verdict::kRight;
  constexpr Revision kRevision = kRecords + kRecords / 5;
  for (int i = 0; i < kRecords; ++i) {
    auto got = Get(**store, {Key(i)});
    if (!got) {
      EXPECT_EQ(got.error().kind, ErrorKind::kCorrupt) << Describe(got.error());
      verdict = Verdict::kRefusedRead;
      continue;
    }
    EXPECT_EQ(got->revision, kRevision);
    EXPECT_TRUE(got->records[0]) << "a record vanished";
    if (!got->records[0]) continue;
    EXPECT_EQ(AsText(got->records[0]->value), Value(i));
    EXPECT_EQ(got->records[0]->revision, i % 5 == 0 ? static_cast<Revision>(kRecords + i / 5 + 1) : i + 1u);
  }
  auto all = Range(**store, {});
  if (!all) {
    EXPECT_EQ(all.error().kind, ErrorKind::kCorrupt) << Describe(all.error());
    return Verdict::kRefusedRead;
  }
  EXPECT_EQ(all->records.size(), static_cast<size_t>(kRecords));
  return verdict;
}

TEST(RocksDbDamage, ABitFlipIsNeverAWrongAnswer) {
  TemporaryFolder base;
  fs::path image = base.path() + "/image";
  MakeImage(image);
  fs::path trial = base.path() + "/trial";
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(image)) {
    std::string name = entry.path().filename();
    bool counts = name.ends_with(".sst") || name.ends_with(".log") || name.starts_with("MANIFEST") || name == "CURRENT";
    if (counts && entry.file_size() > 0) files.push_back(entry.path().filename());
  }
  ASSERT_GE(files.size(), 4u);
  std::mt19937 random(20250102);
  std::map<Verdict, int> verdicts;
  for (int flip = 0; flip < 60; ++flip) {
    const fs::path& name = files[flip % files.size()];
    fs::remove_all(trial);
    fs::copy(image, trial, fs::copy_options::recursive);
    Bytes bytes = ReadFile(trial / name);
    size_t position = random() % bytes.size();
    int bit = static_cast<int>(random() % 8);
    bytes[position] ^= static_cast<uint8_t>(1 << bit);
    WriteFile(trial / name, bytes);
    ++verdicts[Judge(trial)];
    if (::testing::Test::HasFailure()) FAIL() << name << " byte " << position << " bit " << bit;
  }
  EXPECT_GT(verdicts[Verdict::kRefusedAtOpen], 0);
  RecordProperty("right", verdicts[Verdict::kRight]);
  RecordProperty("refused_at_open", verdicts[Verdict::kRefusedAtOpen]);
  RecordProperty("refused_read", verdicts[Verdict::kRefusedRead]);
}

fs::path NewestLog(const fs::path& folder) {
  fs::path newest;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".log" && entry.path() > newest) newest = entry.path();
  }
  return newest;
}

// Every bit of every header of the last records: RocksDB alone takes some of these flips for the log's end.
TEST(RocksDbDamage, EveryFlipInALogIsFound) {
  TemporaryFolder base;
  fs::path image = base.path() + "/image";
  {
    TemporaryFolder folder;
    auto store = *RocksDbStore::Open({.folder = folder.path()});
    for (int i = 0; i < 6; ++i) ASSERT_TRUE(Commit(*store, Puts({{Key(i), "value"}})));
    fs::copy(folder.path(), image, fs::copy_options::recursive);
  }
  Bytes log = ReadFile(NewestLog(image));
  ASSERT_GT(log.size(), 200u);
  ASSERT_LT(log.size(), 4096u);
  ASSERT_TRUE(CheckLog(log));
  for (size_t position = 0; position < log.size(); ++position) {
    for (int bit = 0; bit < 8; ++bit) {
      log[position] ^= static_cast<uint8_t>(1 << bit);
      EXPECT_FALSE(CheckLog(log)) << "byte " << position << " bit " << bit;
      log[position] ^= static_cast<uint8_t>(1 << bit);
    }
  }
}

// Cut anywhere, a log is what a crash leaves: the store opens with a prefix of the transactions.
TEST(RocksDbDamage, ACutLogOpensWithWhatIsWhole) {
  TemporaryFolder base;
  fs::path image = base.path() + "/image";
  {
    TemporaryFolder folder;
    auto store = *RocksDbStore::Open({.folder = folder.path()});
    for (int i = 0; i < 6; ++i) ASSERT_TRUE(Commit(*store, Puts({{"a" + Key(i), "value"}, {"b" + Key(i), "value"}})));
    fs::copy(folder.path(), image, fs::copy_options::recursive);
  }
  Bytes log = ReadFile(NewestLog(image));
  fs::path trial = base.path() + "/trial";
  Revision last = 0;
  for (size_t size = log.size() / 2; size <= log.size();
       size = size == log.size() ? size + 1 : std::min(size + 19, log.size())) {
    ASSERT_TRUE(CheckLog(ByteView(log).first(size))) << size;
    fs::remove_all(trial);
    fs::copy(image, trial, fs::copy_options::recursive);
    fs::resize_file(NewestLog(trial), size);
    auto store = RocksDbStore::Open({.folder = trial});
    ASSERT_TRUE(store) << size << " " << Describe(store.error());
    auto all = Range(**store, {}).value();
    ASSERT_EQ(all.records.size(), 2 * all.revision);
    ASSERT_GE(all.revision, last);
    last = all.revision;
  }
  EXPECT_EQ(last, 6u);
}

constexpr size_t kSector = 512;

// A store whose newest log holds `records` transactions of one record each, the last one of several sectors.
fs::path MakeLog(const fs::path& image, int records) {
  TemporaryFolder folder;
  auto store = *RocksDbStore::Open({.folder = folder.path()});
  for (int i = 0; i < records; ++i) EXPECT_TRUE(Commit(*store, Puts({{Key(i), Value(i)}})));
  fs::copy(folder.path(), image, fs::copy_options::recursive);
  return NewestLog(image);
}

// Where the last transaction's record begins: what CheckLog finds when its first sector is lost.
size_t LastRecord(const Bytes& log) {
  for (size_t sector = log.size() / kSector; sector > 0; --sector) {
    Bytes damaged = log;
    std::fill(damaged.begin() + static_cast<std::ptrdiff_t>(sector * kSector), damaged.end(), 0);
    auto checked = CheckLog(damaged);
    if (checked && *checked) return **checked;
  }
  return 0;
}

TEST(RocksDbDamage, SectorsOfTheLastWriteThatAPowerCutLostAreCutOff) {
  TemporaryFolder base;
  fs::path image = base.path() + "/image";
  const Bytes log = ReadFile(MakeLog(image, 3));
  const size_t start = LastRecord(log);
  ASSERT_GT(start, 0u);
  fs::path trial = base.path() + "/trial";
  for (size_t sector = start / kSector; sector * kSector < log.size(); ++sector) {
    Bytes damaged = log;
    for (size_t i = std::max(start, sector * kSector); i < std::min(log.size(), (sector + 1) * kSector); ++i) {
      damaged[i] = 0;
    }
    auto checked = CheckLog(damaged);
    ASSERT_TRUE(checked) << sector;
    EXPECT_EQ(checked->value_or(start), start) << sector;
    EXPECT_FALSE(CheckLog(damaged, LogKind::kSynced)) << sector;
    fs::remove_all(trial);
    fs::copy(image, trial, fs::copy_options::recursive);
    WriteFile(NewestLog(trial), damaged);
    auto store = RocksDbStore::Open({.folder = trial});
    ASSERT_TRUE(store) << sector << " " << Describe(store.error());
    EXPECT_EQ(Range(**store, {})->revision, 2u);
  }
}

TEST(RocksDbDamage, ASectorLostFromWhatWasSyncedIsRefused) {
  TemporaryFolder base;
  const Bytes log = ReadFile(MakeLog(base.path() + "/image", 3));
  const size_t end = LastRecord(log);
  for (size_t sector = 0; (sector + 1) * kSector <= end; ++sector) {
    Bytes damaged = log;
    std::fill_n(damaged.begin() + static_cast<std::ptrdiff_t>(sector * kSector), kSector, 0);
    EXPECT_FALSE(CheckLog(damaged)) << sector;
  }
}

}  // namespace
}  // namespace kagimori::store
