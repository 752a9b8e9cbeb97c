#include "store/rocksdb/rocksdb_format.h"

#include <fmt/format.h>

namespace kagimori::store {
namespace {

void AppendRevision(Revision revision, std::string* out) {
  for (int shift = 56; shift >= 0; shift -= 8) out->push_back(static_cast<char>(revision >> shift));
}

}  // namespace

std::string StoredKey(std::string_view key) {
  std::string stored;
  stored.reserve(key.size() + 1);
  stored.push_back(kRecordPrefix);
  stored.append(key);
  return stored;
}

std::string StoredRevision(Revision revision) {
  std::string stored;
  AppendRevision(revision, &stored);
  return stored;
}

void AppendStoredValue(Revision revision, ByteView value, std::string* out) {
  out->reserve(out->size() + sizeof(Revision) + value.size());
  AppendRevision(revision, out);
  out->append(AsText(value));
}

Result<Revision> ParseRevision(const rocksdb::Slice& stored) {
  if (stored.size() != sizeof(Revision)) return Fail(ErrorKind::kCorrupt, "the store's revision is malformed");
  return ReadBe(AsBytes({stored.data(), stored.size()}));
}

Result<Revision> ParseValueRevision(const rocksdb::Slice& stored, Revision store_revision) {
  if (stored.size() < sizeof(Revision)) return Fail(ErrorKind::kCorrupt, "a stored record has no revision");
  Revision revision = ReadBe(AsBytes({stored.data(), sizeof(Revision)}));
  if (revision == 0 || revision > store_revision) {
    return Fail(ErrorKind::kCorrupt,
                fmt::format("a stored record has revision {}, the store is at {}", revision, store_revision));
  }
  return revision;
}

std::unexpected<Error> ToError(std::string_view doing, const rocksdb::Status& status) {
  ErrorKind kind = status.IsCorruption() ? ErrorKind::kCorrupt : ErrorKind::kIo;
  return Fail(kind, fmt::format("{}: {}", doing, status.ToString()));
}

}  // namespace kagimori::store
