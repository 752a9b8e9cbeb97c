#ifndef KAGIMORI_STORE_ROCKSDB_ROCKSDB_FORMAT_H_
#define KAGIMORI_STORE_ROCKSDB_ROCKSDB_FORMAT_H_

#include <rocksdb/slice.h>
#include <rocksdb/status.h>

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "store/store.h"

namespace kagimori::store {

// What lies in RocksDB, in its default column family:
//   0x00 "format"    -> 0x01, the version of this list
//   0x00 "revision"  -> the store's revision, 8 bytes big-endian; part of every batch
//   0x01 key         -> revision that last wrote it, 8 bytes big-endian || value
inline constexpr std::string_view kFormatKey{"\0format", 7};
inline constexpr std::string_view kRevisionKey{"\0revision", 9};
inline constexpr std::string_view kFormatVersion{"\1", 1};
inline constexpr char kRecordPrefix = 1;

std::string StoredKey(std::string_view key);
std::string StoredRevision(Revision revision);
void AppendStoredValue(Revision revision, ByteView value, std::string* out);

// kCorrupt when `stored` is none.
Result<Revision> ParseRevision(const rocksdb::Slice& stored);
// The revision of a stored value. kCorrupt when it has none, or one beyond the store's.
Result<Revision> ParseValueRevision(const rocksdb::Slice& stored, Revision store_revision);
// REQUIRES: ParseValueRevision took it.
inline ByteView ValueBytes(const rocksdb::Slice& stored) {
  return AsBytes({stored.data(), stored.size()}).subspan(sizeof(Revision));
}

// REQUIRES: !status.ok().
std::unexpected<Error> ToError(std::string_view doing, const rocksdb::Status& status);

}  // namespace kagimori::store

#endif  // KAGIMORI_STORE_ROCKSDB_ROCKSDB_FORMAT_H_
