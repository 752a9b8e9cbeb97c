// What somebody with the disk can do to a store that is closed: list its records, put one back, take one away. Neither
// the store's revision nor its ledger notices.
//
//   store_tamper FOLDER list                    a line for each record: path and stored value, in hex
//   store_tamper FOLDER put PATH STORED-VALUE   as `list` printed them
//   store_tamper FOLDER delete PATH
#include <fmt/format.h>
#include <rocksdb/db.h>

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace {

constexpr char kRecordPrefix = 1;  // store/rocksdb/rocksdb_format.h

int Fail(std::string_view what) {
  fmt::print(stderr, "store_tamper: {}\n", what);
  return 2;
}

std::string FromHex(const char* hex) {
  auto bytes = kagimori::HexDecode(hex);
  return bytes ? std::string(kagimori::AsText(*bytes)) : std::string();
}

int List(rocksdb::DB* db) {
  std::unique_ptr<rocksdb::Iterator> it(db->NewIterator({}));
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    if (it->key()[0] != kRecordPrefix) continue;
    fmt::print("{} {}\n", kagimori::HexEncode(kagimori::AsBytes(it->key().ToStringView().substr(1))),
               kagimori::HexEncode(kagimori::AsBytes(it->value().ToStringView())));
  }
  return it->status().ok() ? 0 : Fail(it->status().ToString());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return Fail("usage: store_tamper FOLDER list | put PATH VALUE | delete PATH");
  rocksdb::DB* opened = nullptr;
  if (auto status = rocksdb::DB::Open({}, argv[1], &opened); !status.ok()) return Fail(status.ToString());
  std::unique_ptr<rocksdb::DB> db(opened);
  const std::string_view command = argv[2];
  if (command == "list") return List(db.get());
  const std::string key = argc > 3 ? kRecordPrefix + FromHex(argv[3]) : "";
  rocksdb::WriteOptions options;
  options.sync = true;
  if (command == "put" && argc == 5) return db->Put(options, key, FromHex(argv[4])).ok() ? 0 : Fail("cannot put");
  if (command == "delete" && argc == 4) return db->Delete(options, key).ok() ? 0 : Fail("cannot delete");
  return Fail("unknown command");
}
