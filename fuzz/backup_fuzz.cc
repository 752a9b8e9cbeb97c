// A backup is read from a file that anybody may have written. The first byte of the input chooses: the rest is the file
// as it is, or it is the content of frames that are sealed rightly, so that what lies behind the seal is reached, too.
#include <cstdint>
#include <cstdlib>
#include <utility>

#include "seal/backup_frame.h"
#include "seal/backup_reader.h"
#include "seal/backup_slots.h"
#include "seal/testing/test_backup.h"

namespace kagimori {
namespace {

using seal::FrameType;

// What the reader gives keeps the store's limits and the order.
void ReadAll(ByteView file) {
  seal::BackupHeader checked;
  const bool framed = seal::CheckBackupFile(seal::SourceOf(file), &checked).has_value();
  auto reader = seal::BackupReader::Open(seal::SourceOf(file));
  if (!reader || !(*reader)->Unlock(seal::TestBackupKey())) return;
  std::string last;
  uint64_t records = 0;
  while (true) {
    auto some = (*reader)->Next();
    if (!some) return;
    if (some->empty()) break;
    for (const store::Record& record : *some) {
      const bool right = record.key > last && record.key.size() <= store::kMaxKeySize &&
                         record.value.size() <= store::kMaxValueSize && record.revision > 0 &&
                         record.revision <= (*reader)->header().revision;
      if (!right) std::abort();
      last = record.key;
      ++records;
    }
  }
  // A whole backup has whole framing and tells the truth about itself.
  const bool whole = framed && (*reader)->totals().records == records && (*reader)->totals().file_bytes == file.size();
  if (!whole) std::abort();
}

// Frames of the given contents, each rightly sealed: length [2] ‖ type [1] ‖ content, again and again.
Bytes Sealed(ByteView input) {
  const seal::BackupHeader header = seal::TestBackupHeader();
  Bytes file = seal::EncodeBackupHeader(header);
  const auto key = crypto::HmacSha256Key::Create(seal::TestBackupKey());
  const seal::FrameSeal frame_seal(key, header, file);
  for (uint64_t number = 0; input.size() >= 3; ++number) {
    const size_t size = std::min<size_t>(ReadBe(input.first(2)), input.size() - 3);
    const auto type = static_cast<FrameType>(number == 0 ? 1 : 2 + input[2] % 2);
    Bytes frame = seal::SealEnvelope(frame_seal.envelope(), seal::FrameHead(type, number, size),
                                     secret::SecretBytes::CopyOf(input.subspan(3, size)));
    file.insert(file.end(), frame.begin(), frame.end());
    input = input.subspan(3 + size);
  }
  const crypto::Sha256Digest checksum = crypto::Sha256(file);
  file.insert(file.end(), checksum.begin(), checksum.end());
  return file;
}

}  // namespace
}  // namespace kagimori

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  kagimori::ByteView input(data + 1, size - 1);
  switch (data[0] % 3) {
    case 0:
      kagimori::ReadAll(input);
      break;
    case 1:
      kagimori::ReadAll(kagimori::Sealed(input));
      break;
    default: {  // a whole backup with one part of it overwritten
      static const kagimori::Bytes whole = kagimori::seal::WriteTestBackup(
          kagimori::seal::TestBackupHeader(), kagimori::seal::TestBackupKey(), kagimori::seal::TestRecords(5, 60));
      kagimori::Bytes file = whole;
      if (input.size() < 2) return 0;
      const size_t at = kagimori::ReadBe(input.first(2)) % file.size();
      std::ranges::copy(input.subspan(2, std::min(input.size() - 2, file.size() - at)),
                        file.begin() + static_cast<std::ptrdiff_t>(at));
      kagimori::ReadAll(file);
    }
  }
  return 0;
}
