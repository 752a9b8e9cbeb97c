#include "store/rocksdb/rocksdb_log_check.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <boost/crc.hpp>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <map>
#include <string>
#include <system_error>

#include "base/log.h"

namespace kagimori::store {
namespace {

constexpr size_t kBlockSize = 32 * 1024;
constexpr size_t kHeaderSize = 7;
constexpr size_t kTypeOffset = 6;
constexpr size_t kSectorSize = 512;               // the least that a disk writes as one
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

bool IsZero(ByteView bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](uint8_t byte) { return byte == 0; });
}

// Whether a sector's part of what stands at or behind `from` is zeros throughout.
bool HasLostSector(ByteView bytes, size_t from) {
  while (from < bytes.size()) {
    size_t end = std::min(bytes.size(), (from / kSectorSize + 1) * kSectorSize);
    if (IsZero(bytes.subspan(from, end - from))) return true;
    from = end;
  }
  return false;
}

// Whether a part of the given types stands at `position`, whole.
bool IsWholePart(ByteView bytes, size_t position, RecordType one, RecordType other) {
  size_t room = std::min(kBlockSize - position % kBlockSize, bytes.size() - position);
  if (room < kHeaderSize) return false;
  ByteView rest = bytes.subspan(position, room);
  if (rest[kTypeOffset] != one && rest[kTypeOffset] != other) return false;
  size_t length = ReadLe(rest.subspan(4, 2));
  if (kHeaderSize + length > room) return false;
  Crc32c crc;
  crc.process_bytes(rest.data() + kTypeOffset, 1 + length);
  return Mask(crc.checksum()) == ReadLe(rest.first(4));
}

// Whether more than `count` records begin behind `from`. They are looked for at every byte: nothing in a damaged record
// says where the next one begins.
bool HasRecordsBehind(ByteView bytes, size_t from, int count) {
  for (size_t position = from + 1; position < bytes.size(); ++position) {
    if (IsWholePart(bytes, position, kFull, kFirst) && --count < 0) return true;
  }
  return false;
}

// Whether the record at `start`, which is not whole, and what follows it look like writes that were never synced.
bool IsUnsynced(ByteView bytes, size_t start, LogKind kind) {
  if (kind == LogKind::kSynced || !HasLostSector(bytes, start)) return false;
  return !HasRecordsBehind(bytes, start, kind == LogKind::kManifest ? 1 : 0);
}

// "000123.log": 123.
std::optional<uint64_t> LogNumber(const std::string& name) {
  uint64_t number = 0;
  auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error != std::errc() || std::string_view(end, name.data() + name.size()) != ".log") return std::nullopt;
  return number;
}

Result<Bytes> ReadLog(const std::filesystem::path& path) {
  std::error_code error;
  uintmax_t size = std::filesystem::file_size(path, error);
  if (error || size > kMaxLogBytes) return Fail(ErrorKind::kIo, fmt::format("{} cannot be checked", path.string()));
  std::ifstream file(path, std::ios::binary);
  Bytes bytes(size);
  file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size));
  if (!file) return Fail(ErrorKind::kIo, fmt::format("{} cannot be read", path.string()));
  return bytes;
}

Result<> Cut(const std::filesystem::path& path, size_t size) {
  int file = open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
  bool cut = file >= 0 && ftruncate(file, static_cast<off_t>(size)) == 0 && fsync(file) == 0;
  int error = errno;
  if (file >= 0) close(file);
  if (cut) return {};
  return Fail(ErrorKind::kIo, fmt::format("cutting {}: {}", path.string(), std::generic_category().message(error)));
}

Result<> CheckFile(const std::filesystem::path& path, LogKind kind) {
  KAGIMORI_ASSIGN_OR_RETURN(Bytes bytes, ReadLog(path));
  auto checked = CheckLog(bytes, kind);
  if (!checked) return Fail(ErrorKind::kCorrupt, fmt::format("{}: {}", path.string(), checked.error().text));
  if (!*checked) return {};
  log::Warning("a write that a power cut left unfinished is cut off the store's log",
               {{"file", path.string()},
                {"from_byte", std::to_string(**checked)},
                {"bytes", std::to_string(bytes.size() - **checked)}});
  return Cut(path, **checked);
}

// What CURRENT names; RocksDB says what is wrong when it is no name.
std::string CurrentManifest(const std::filesystem::path& folder) {
  std::ifstream file(folder / "CURRENT", std::ios::binary);
  std::string name;
  std::getline(file, name);
  return name.starts_with("MANIFEST-") && name.find('/') == std::string::npos ? name : "";
}

}  // namespace

Result<std::optional<size_t>> CheckLog(ByteView bytes, LogKind kind) {
  size_t position = 0;
  size_t start = 0;     // of the record that `position` is in
  bool within = false;  // between the first and the last part of a record
  auto damaged = [&](std::string_view what) -> Result<std::optional<size_t>> {
    if (IsUnsynced(bytes, start, kind)) return start;
    return Damaged(position, what);
  };
  while (position < bytes.size()) {
    size_t block_left = kBlockSize - position % kBlockSize;
    if (block_left < kHeaderSize) {  // filler
      position += block_left;
      continue;
    }
    if (!within) start = position;
    ByteView rest = bytes.subspan(position, std::min(block_left, bytes.size() - position));
    if (rest.size() < kHeaderSize) return std::nullopt;  // cut within a header, the last thing in the file
    bool last_block = bytes.size() - position <= block_left;
    size_t length = ReadLe(rest.subspan(4, 2));
    uint8_t type = rest[kTypeOffset];
    if (type < kFull || type > kLast) {
      // Some file systems give a file its new size before its bytes: zeros to the end are a cut record too.
      if (IsZero(bytes.subspan(position))) return std::nullopt;
      return damaged("has no type");
    }
    if (kHeaderSize + length > rest.size()) {
      if (!last_block || kHeaderSize + length > block_left || HasOtherLength(rest))
        return damaged("has a wrong length");
      return std::nullopt;
    }
    Crc32c crc;
    crc.process_bytes(rest.data() + kTypeOffset, 1 + length);
    if (Mask(crc.checksum()) != ReadLe(rest.first(4))) return damaged("has a wrong checksum");
    bool continues = type == kMiddle || type == kLast;
    if (continues != within) return damaged("is out of order");
    within = type == kFirst || type == kMiddle;
    position += kHeaderSize + length;
  }
  return std::nullopt;
}

Result<> CheckLogs(const std::filesystem::path& folder) {
  const std::string manifest = CurrentManifest(folder);
  std::map<uint64_t, std::filesystem::path> logs;
  bool has_manifest = false;
  bool has_data = false;
  std::error_code error;
  std::filesystem::directory_iterator entries(folder, error);
  for (; !error && entries != std::filesystem::directory_iterator(); entries.increment(error)) {
    std::string name = entries->path().filename().string();
    if (auto number = LogNumber(name)) logs[*number] = entries->path();
    has_manifest |= name == manifest;
    has_data |= name.ends_with(".log") || name.ends_with(".sst");
  }
  if (error) return Fail(ErrorKind::kIo, fmt::format("{}: {}", folder.string(), error.message()));
  if (has_data && !std::filesystem::exists(folder / "CURRENT", error)) {
    return Fail(ErrorKind::kCorrupt, fmt::format("{} holds a store without its CURRENT file", folder.string()));
  }
  // Another MANIFEST is one that was being written, or one that is not needed any more.
  if (has_manifest) KAGIMORI_RETURN_IF_ERROR(CheckFile(folder / manifest, LogKind::kManifest));
  for (const auto& [number, path] : logs) {
    bool newest = number == logs.rbegin()->first;
    KAGIMORI_RETURN_IF_ERROR(CheckFile(path, newest ? LogKind::kNewest : LogKind::kSynced));
  }
  return {};
}

}  // namespace kagimori::store
