#include "store/rocksdb/rocksdb_log_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/crc.hpp>
#include <fstream>
#include <iterator>
#include <system_error>

namespace kagimori::store {
namespace {

constexpr size_t kBlockSize = 32 * 1024;
constexpr size_t kHeaderSize = 7;
constexpr size_t kTypeOffset = 6;
constexpr size_t kMaxLogBytes = size_t{1} << 30;  // far above what the write buffers let a log grow to

// Not recycled and not compressed: the store's options switch both off.
enum RecordType : uint8_t { kFull = 1, kFirst = 2, kMiddle = 3, kLast = 4 };

using Crc32c = boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true>;

// How the format stores a checksum (util/crc32c.h): rotated, so that a checksum of checksums stays one.
uint32_t Mask(uint32_t crc) { return ((crc >> 15) | (crc << 17)) + 0xA282EAD8U; }

uint32_t ReadLe(ByteView bytes) {
  uint32_t value = 0;
  for (size_t i = bytes.size(); i-- > 0;) value = value << 8 | bytes[i];
  return value;
}

// Whether a record that claims to reach beyond the file's end is whole and only its length is damaged: some other
// length satisfies its checksum.
bool HasOtherLength(ByteView record) {
  uint32_t stored = ReadLe(record.first(4));
  Crc32c crc;
  crc.process_byte(record[kTypeOffset]);
  for (uint8_t byte : record.subspan(kHeaderSize)) {
    if (Mask(crc.checksum()) == stored) return true;
    crc.process_byte(byte);
  }
  return Mask(crc.checksum()) == stored;
}

std::unexpected<Error> Damaged(size_t position, std::string_view what) {
  return Fail(ErrorKind::kCorrupt, fmt::format("the record at byte {} {}", position, what));
}

}  // namespace

Result<> CheckLog(ByteView bytes) {
  size_t position = 0;
  bool within = false;  // between the first and the last part of a record
  while (position < bytes.size()) {
    size_t block_left = kBlockSize - position % kBlockSize;
    if (block_left < kHeaderSize) {  // filler
      position += block_left;
      continue;
    }
    ByteView rest = bytes.subspan(position, std::min(block_left, bytes.size() - position));
    if (rest.size() < kHeaderSize) return {};  // cut within a header, the last thing in the file
    bool last_block = bytes.size() - position <= block_left;
    size_t length = ReadLe(rest.subspan(4, 2));
    uint8_t type = rest[kTypeOffset];
    if (type < kFull || type > kLast) {
      // Some file systems give a file its new size before its bytes: zeros to the end are a cut record too.
      ByteView tail = bytes.subspan(position);
      if (std::all_of(tail.begin(), tail.end(), [](uint8_t byte) { return byte == 0; })) return {};
      return Damaged(position, "has no type");
    }
    if (kHeaderSize + length > rest.size()) {
      if (!last_block || kHeaderSize + length > block_left || HasOtherLength(rest)) {
        return Damaged(position, "has a wrong length");
      }
      return {};
    }
    Crc32c crc;
    crc.process_bytes(rest.data() + kTypeOffset, 1 + length);
    if (Mask(crc.checksum()) != ReadLe(rest.first(4))) return Damaged(position, "has a wrong checksum");
    bool continues = type == kMiddle || type == kLast;
    if (continues != within) return Damaged(position, "is out of order");
    within = type == kFirst || type == kMiddle;
    position += kHeaderSize + length;
  }
  return {};
}

Result<> CheckLogs(const std::filesystem::path& folder) {
  bool has_current = false;
  bool has_data = false;
  std::error_code error;
  std::filesystem::directory_iterator entries(folder, error);
  for (; !error && entries != std::filesystem::directory_iterator(); entries.increment(error)) {
    std::string name = entries->path().filename().string();
    bool is_log = name.ends_with(".log");
    has_current |= name == "CURRENT";
    has_data |= is_log || name.ends_with(".sst");
    if (!is_log && !name.starts_with("MANIFEST-")) continue;
    std::error_code size_error;
    uintmax_t size = std::filesystem::file_size(entries->path(), size_error);
    if (size_error || size > kMaxLogBytes) {
      return Fail(ErrorKind::kIo, fmt::format("{} cannot be checked", entries->path().string()));
    }
    std::ifstream file(entries->path(), std::ios::binary);
    Bytes bytes(size);
    file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size));
    if (!file) return Fail(ErrorKind::kIo, fmt::format("{} cannot be read", entries->path().string()));
    if (auto checked = CheckLog(bytes); !checked) {
      return Fail(ErrorKind::kCorrupt, fmt::format("{}: {}", entries->path().string(), checked.error().text));
    }
  }
  if (error) return Fail(ErrorKind::kIo, fmt::format("{}: {}", folder.string(), error.message()));
  if (has_data && !has_current) {
    return Fail(ErrorKind::kCorrupt, fmt::format("{} holds a store without its CURRENT file", folder.string()));
  }
  return {};
}

}  // namespace kagimori::store
