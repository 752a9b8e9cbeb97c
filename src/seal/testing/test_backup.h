#ifndef KAGIMORI_SEAL_TESTING_TEST_BACKUP_H_
#define KAGIMORI_SEAL_TESTING_TEST_BACKUP_H_

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "seal/backup_reader.h"
#include "seal/backup_writer.h"
#include "seal/slot_file.h"
#include "secret/testing/secret_testing.h"

namespace kagimori::seal {

// For tests: backups in memory.

inline BackupSource SourceOf(ByteView bytes) {
  return [rest = bytes](MutableByteView out) mutable -> Result<size_t> {
    const size_t size = std::min(rest.size(), out.size());
    std::ranges::copy(rest.first(size), out.begin());
    rest = rest.subspan(size);
    return size;
  };
}

inline secret::SecretKey256 TestBackupKey(uint8_t byte = 0xB0) { return secret::SecretTesting::Filled<32>(byte); }

// A slot that opens with a known key, without the cost of a passphrase.
inline Bytes TestBackupSlot(const BackupId& id, const secret::SecretKey256& backup_key) {
  SlotHeader header;
  header.info.number = 1;
  header.deployment_id = id;
  return EncodeSlot(header, secret::SecretTesting::Filled<32>(0x51), backup_key);
}

inline BackupHeader TestBackupHeader(uint8_t id = 0x1D) {
  BackupHeader header;
  header.id.fill(id);
  header.deployment.id.fill(0xDE);
  header.store_id.fill(0x57);
  header.revision = 1'000'000;
  header.made = Timestamp{1'700'000'000'000};
  header.audit_head = {.sequence = 41, .link = {7, 7, 7}, .file = 2, .offset = 1234};
  header.slots = {TestBackupSlot(header.id, TestBackupKey())};
  return header;
}

inline std::vector<store::Record> TestRecords(size_t count, size_t value_size) {
  std::vector<store::Record> records;
  for (size_t i = 0; i < count; ++i) {
    std::string path = {static_cast<char>(0x20), static_cast<char>(i >> 8), static_cast<char>(i)};
    records.push_back(
        {.key = path, .value = Bytes(value_size + i % 7, static_cast<uint8_t>(i)), .revision = 1 + i * 3 % 1000});
  }
  return records;
}

inline Bytes WriteTestBackup(const BackupHeader& header, const secret::SecretKey256& key,
                             const std::vector<store::Record>& records, BackupTotals* totals = nullptr) {
  Bytes file;
  auto writer = BackupWriter::Begin(header, key, AsBytes("a sealed deployment record"), [&file](ByteView bytes) {
                  file.insert(file.end(), bytes.begin(), bytes.end());
                  return Result<>();
                }).value();
  for (const store::Record& record : records) writer->Add(record).value();
  const BackupTotals written = writer->Finish().value();
  if (totals != nullptr) *totals = written;
  return file;
}

// Everything of a backup, or the first error.
inline Result<std::vector<store::Record>> ReadTestBackup(ByteView file, const secret::SecretKey256& key,
                                                         BackupTotals* totals = nullptr) {
  KAGIMORI_ASSIGN_OR_RETURN(auto reader, BackupReader::Open(SourceOf(file)));
  KAGIMORI_ASSIGN_OR_RETURN(const Bytes deployment, reader->Unlock(key));
  if (AsText(deployment) != "a sealed deployment record") return Fail(ErrorKind::kInternal, "another record");
  std::vector<store::Record> all;
  while (true) {
    KAGIMORI_ASSIGN_OR_RETURN(std::vector<store::Record> some, reader->Next());
    if (some.empty()) break;
    std::ranges::move(some, std::back_inserter(all));
  }
  if (totals != nullptr) *totals = reader->totals();
  return all;
}

}  // namespace kagimori::seal

#endif  // KAGIMORI_SEAL_TESTING_TEST_BACKUP_H_
