#include "keys/key_table.h"

#include <algorithm>
#include <atomic>
#include <iterator>
#include <optional>
#include <utility>

#include "keys/paths.h"
#include "keys/records.h"
#include "net/await.h"
#include "seal/path.h"
#include "seal/sealed_record.h"

namespace kagimori::keys {
namespace {

// A commit between two reads of one load shows as a mismatch; more of them in a row than this mean damage, not bad
// luck.
constexpr int kMaxReads = 8;

auto GetOne(store::Store* store, std::string path) {
  return net::Await<Result<store::GetResult>>([store, path = std::move(path)](auto callback) mutable {
    std::vector<std::string> paths;
    paths.push_back(std::move(path));
    store->Get(std::move(paths), std::move(callback));
  });
}

auto GetRange(store::Store* store, std::string begin, std::string end, size_t limit) {
  store::RangeRequest request{.begin = std::move(begin), .end = std::move(end), .limit = limit};
  return net::Await<Result<store::RangeResult>>([store, request = std::move(request)](auto callback) mutable {
    store->Range(std::move(request), std::move(callback));
  });
}

// A key's head and the first page of its parts. They may be of different revisions; whoever puts them together checks
// versions.
struct HeadAndParts {
  Result<store::GetResult> head;
  Result<store::RangeResult> parts;
};

template <class Callback>
struct BothReads {
  explicit BothReads(Callback answer) : callback(std::move(answer)) {}
  void Arrived() {
    if (missing.fetch_sub(1) == 1) callback(HeadAndParts{*std::move(head), *std::move(parts)});
  }
  Callback callback;
  std::optional<Result<store::GetResult>> head;
  std::optional<Result<store::RangeResult>> parts;
  std::atomic<int> missing{2};
};

// Both reads are under way at once: where they wait for the disk, or for a thread that may, they wait together.
auto GetHeadAndParts(store::Store* store, std::string head, std::string begin, std::string end) {
  return net::Await<HeadAndParts>([=](auto callback) {
    auto both = std::make_shared<BothReads<decltype(callback)>>(std::move(callback));
    store->Get({head}, [both](Result<store::GetResult> result) {
      both->head = std::move(result);
      both->Arrived();
    });
    store->Range({.begin = begin, .end = end}, [both](Result<store::RangeResult> result) {
      both->parts = std::move(result);
      both->Arrived();
    });
  });
}

// Every record of a range of which `first` is the first page, in as many calls as it takes.
Task<Result<std::vector<store::Record>>> GetRest(store::Store* store, store::RangeResult first, std::string end) {
  std::vector<store::Record> all = std::move(first.records);
  bool more = first.more;
  while (more) {
    Result<store::RangeResult> range = co_await GetRange(store, all.back().key + '\0', end, store::kMaxRangeRecords);
    if (!range) co_return std::unexpected(std::move(range).error());
    std::ranges::move(range->records, std::back_inserter(all));
    more = range->more;
  }
  co_return all;
}

// Reads the parts of one key out of what a range over its prefix gave.
class PartReader {
 public:
  PartReader(const seal::KeyHierarchy& hierarchy, const KeyName& name, const std::vector<store::Record>& records)
      : hierarchy_(hierarchy), name_(name), records_(records) {}

  // The message of the record at `path`, which must be there in that version. kConflict: another version is there, or
  // none, as it looks while a commit goes by.
  Result<std::string> Read(const std::string& path, uint64_t version) const {
    auto found = std::ranges::find(records_, path, &store::Record::key);
    if (found == records_.end()) return Fail(ErrorKind::kConflict, "a part that the head names is missing");
    KAGIMORI_ASSIGN_OR_RETURN(seal::OpenedRecord record,
                              seal::OpenRecord(hierarchy_, path, name_.account, found->value));
    if (record.version != version)
      return Fail(ErrorKind::kConflict, "a part is not of the version that the head names");
    return std::move(record.message);
  }

  Result<std::shared_ptr<const Material>> ReadMaterial(const MaterialId& id, uint64_t version) const {
    std::string path = MaterialPath(name_, id);
    KAGIMORI_ASSIGN_OR_RETURN(std::string message, Read(path, version));
    KAGIMORI_ASSIGN_OR_RETURN(records::MaterialRecord record, records::DecodeMaterial(message));
    KAGIMORI_ASSIGN_OR_RETURN(secret::SecretBytes bytes,
                              seal::UnwrapSecret(hierarchy_, name_.account, path, record.wrapped));
    auto material = std::make_shared<Material>();
    material->id = id;
    material->created = record.created;
    material->version = version;
    material->kdf.emplace(crypto::HmacSha256Key::Create(bytes));
    return material;
  }

 private:
  const seal::KeyHierarchy& hierarchy_;
  const KeyName& name_;
  const std::vector<store::Record>& records_;
};

Result<> ReadParts(const PartReader& reader, const std::vector<std::pair<MaterialId, uint64_t>>& materials, Key* key) {
  if (key->parts.description != 0) {
    KAGIMORI_ASSIGN_OR_RETURN(std::string message,
                              reader.Read(PartPath(key->name, Part::kDescription), key->parts.description));
    KAGIMORI_ASSIGN_OR_RETURN(key->description, records::DecodeText(message));
  }
  if (key->parts.policy != 0) {
    KAGIMORI_ASSIGN_OR_RETURN(std::string message, reader.Read(PartPath(key->name, Part::kPolicy), key->parts.policy));
    KAGIMORI_ASSIGN_OR_RETURN(key->policy, records::DecodeText(message));
  }
  if (key->parts.tags != 0) {
    KAGIMORI_ASSIGN_OR_RETURN(std::string message, reader.Read(PartPath(key->name, Part::kTags), key->parts.tags));
    KAGIMORI_ASSIGN_OR_RETURN(key->tags, records::DecodeTags(message));
  }
  if (key->parts.aliases != 0) {
    KAGIMORI_ASSIGN_OR_RETURN(std::string message,
                              reader.Read(PartPath(key->name, Part::kAliases), key->parts.aliases));
    KAGIMORI_ASSIGN_OR_RETURN(key->aliases, records::DecodeAliasNames(message));
  }
  for (const auto& [id, version] : materials) {
    KAGIMORI_ASSIGN_OR_RETURN(std::shared_ptr<const Material> material, reader.ReadMaterial(id, version));
    key->materials.push_back(std::move(material));
  }
  return {};
}

Result<Key> DecodeKey(const seal::KeyHierarchy& hierarchy, const KeyName& name, const store::Record& head,
                      const std::vector<store::Record>& parts) {
  KAGIMORI_ASSIGN_OR_RETURN(seal::OpenedRecord opened, seal::OpenRecord(hierarchy, head.key, name.account, head.value));
  Key key{.name = name, .arn = name.Arn()};
  std::vector<std::pair<MaterialId, uint64_t>> materials;
  KAGIMORI_RETURN_IF_ERROR(records::DecodeHead(opened.message, &key, &materials));
  key.head_version = opened.version;
  key.head_revision = head.revision;
  KAGIMORI_RETURN_IF_ERROR(ReadParts(PartReader(hierarchy, name, parts), materials, &key));
  return key;
}

}  // namespace

KeyTable::KeyTable(const seal::KeyHierarchy* hierarchy, store::Store* store, size_t max_keys)
    : hierarchy_(hierarchy), store_(store), keys_(max_keys), aliases_(max_keys) {}

Task<Result<std::shared_ptr<const Key>>> KeyTable::LoadKey(KeyName name) {
  std::string head_path = HeadPath(name);
  std::string prefix = PartPrefix(name);
  std::string prefix_end = seal::PrefixEnd(prefix);
  key_loads_.fetch_add(1, std::memory_order_relaxed);
  for (int read = 0; read < kMaxReads; ++read) {
    uint64_t ticket = keys_.BeginLoad();
    HeadAndParts read_now = co_await GetHeadAndParts(store_, head_path, prefix, prefix_end);
    Result<store::GetResult>& heads = read_now.head;
    if (!heads) co_return std::unexpected(std::move(heads).error());
    if (!heads->records[0]) co_return std::shared_ptr<const Key>();
    if (!read_now.parts) co_return std::unexpected(std::move(read_now.parts).error());
    Result<std::vector<store::Record>> parts = co_await GetRest(store_, *std::move(read_now.parts), prefix_end);
    if (!parts) co_return std::unexpected(std::move(parts).error());

    Result<Key> key = DecodeKey(*hierarchy_, name, *heads->records[0], *parts);
    if (!key && key.error().kind == ErrorKind::kConflict) continue;
    if (!key) co_return std::unexpected(std::move(key).error());
    auto shared = std::make_shared<const Key>(*std::move(key));
    if (keys_.Insert(ticket, name, shared)) co_return shared;
  }
  co_return Fail(ErrorKind::kCorrupt, "the records of key " + name.Arn() + " do not belong together");
}

Task<Result<std::shared_ptr<const Alias>>> KeyTable::LoadAlias(AliasName name) {
  std::string path = AliasPath(*hierarchy_, name);
  for (int read = 0; read < kMaxReads; ++read) {
    uint64_t ticket = aliases_.BeginLoad();
    Result<store::GetResult> found = co_await GetOne(store_, path);
    if (!found) co_return std::unexpected(std::move(found).error());
    if (!found->records[0]) co_return std::shared_ptr<const Alias>();
    const store::Record& record = *found->records[0];
    Result<seal::OpenedRecord> opened = seal::OpenRecord(*hierarchy_, path, name.account, record.value);
    if (!opened) co_return std::unexpected(std::move(opened).error());
    auto alias = std::make_shared<Alias>(Alias{.name = name, .version = opened->version, .revision = record.revision});
    Result<> decoded = records::DecodeAlias(opened->message, alias.get());
    if (!decoded) co_return std::unexpected(std::move(decoded).error());
    if (alias->name != name) co_return Fail(ErrorKind::kCorrupt, "an alias record holds another alias");
    if (aliases_.Insert(ticket, name, alias)) co_return std::shared_ptr<const Alias>(alias);
  }
  co_return Fail(ErrorKind::kCorrupt, "an alias changes faster than it can be read");
}

void KeyTable::KeyMoved(const KeyName& name, store::Revision before, store::Revision now) {
  uint64_t ticket = keys_.BeginLoad();
  std::shared_ptr<const Key> cached = keys_.Get(name);
  if (cached == nullptr || cached->head_revision != before) return;
  auto moved = std::make_shared<Key>(*cached);
  moved->head_revision = now;
  keys_.Insert(ticket, name, std::move(moved));
}

void KeyTable::AliasMoved(const AliasName& name, store::Revision before, store::Revision now) {
  uint64_t ticket = aliases_.BeginLoad();
  std::shared_ptr<const Alias> cached = aliases_.Get(name);
  if (cached == nullptr || cached->revision != before) return;
  auto moved = std::make_shared<Alias>(*cached);
  moved->revision = now;
  aliases_.Insert(ticket, name, std::move(moved));
}

Task<Result<KeyTable::KeyPage>> KeyTable::ListKeys(AccountId account, Region region, std::string from, size_t limit,
                                                   Timestamp service_now) {
  std::string prefix = HeadPrefix(account, region);
  std::string begin = from.empty() ? prefix : std::move(from);
  std::string end = seal::PrefixEnd(prefix);
  Result<store::RangeResult> range = co_await GetRange(store_, std::move(begin), std::move(end), limit);
  if (!range) co_return std::unexpected(std::move(range).error());
  KeyPage page;
  for (const store::Record& record : range->records) {
    std::optional<KeyName> name = ParseHeadPath(record.key);
    if (!name) co_return Fail(ErrorKind::kCorrupt, "a path among the keys is not a key's");
    Result<seal::OpenedRecord> opened = seal::OpenRecord(*hierarchy_, record.key, account, record.value);
    if (!opened) co_return std::unexpected(std::move(opened).error());
    Key key{.name = *name};
    std::vector<std::pair<MaterialId, uint64_t>> materials;
    Result<> decoded = records::DecodeHead(opened->message, &key, &materials);
    if (!decoded) co_return std::unexpected(std::move(decoded).error());
    if (!key.GoneAt(service_now)) page.keys.push_back(*name);
  }
  if (range->more) page.next = range->records.back().key + '\0';
  co_return page;
}

Task<Result<KeyTable::AliasPage>> KeyTable::ListAliases(AccountId account, Region region, std::string from,
                                                        size_t limit, Timestamp service_now) {
  std::string prefix = AliasPrefix(account, region);
  std::string begin = from.empty() ? prefix : std::move(from);
  std::string end = seal::PrefixEnd(prefix);
  Result<store::RangeResult> range = co_await GetRange(store_, std::move(begin), std::move(end), limit);
  if (!range) co_return std::unexpected(std::move(range).error());
  AliasPage page;
  for (const store::Record& record : range->records) {
    Result<seal::OpenedRecord> opened = seal::OpenRecord(*hierarchy_, record.key, account, record.value);
    if (!opened) co_return std::unexpected(std::move(opened).error());
    Alias alias{.name = {.account = account, .region = region, .name = {}},
                .version = opened->version,
                .revision = record.revision};
    Result<> decoded = records::DecodeAlias(opened->message, &alias);
    if (!decoded) co_return std::unexpected(std::move(decoded).error());
    page.aliases.push_back(std::move(alias));
  }
  if (range->more) page.next = range->records.back().key + '\0';

  // An alias goes with its key; until the reaper has been there the key says so.
  std::vector<Alias> alive;
  for (Alias& alias : page.aliases) {
    KeyName target{.account = account, .region = region, .id = alias.target};
    Result<std::shared_ptr<const Key>> key = keys_.Get(target);
    if (*key == nullptr) key = co_await LoadKey(target);
    if (!key) co_return std::unexpected(std::move(key).error());
    if (*key != nullptr && !(*key)->GoneAt(service_now)) alive.push_back(std::move(alias));
  }
  page.aliases = std::move(alive);
  co_return page;
}

}  // namespace kagimori::keys
