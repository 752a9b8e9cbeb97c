#include "keys/key_table.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "keys/grant_table.h"
#include "keys/key_spec.h"
#include "keys/loaded_key.h"
#include "keys/paths.h"
#include "keys/policy_document.h"
#include "keys/records.h"
#include "keys/store_reads.h"
#include "seal/path.h"
#include "seal/sealed_record.h"

namespace kagimori::keys {
namespace {

// A commit between two reads of one load shows as a mismatch; more of them in a row than this mean damage, not bad
// luck.
constexpr int kMaxReads = 8;

using Records = std::vector<std::optional<store::Record>>;

// As many of the paths from `begin` on as one Get takes.
std::vector<std::string> PathsOfOneGet(const std::vector<std::string>& paths, size_t begin) {
  const auto from = paths.begin() + static_cast<ptrdiff_t>(begin);
  return {from, from + static_cast<ptrdiff_t>(std::min(paths.size() - begin, store::kMaxGetKeys))};
}

// Reads the parts of one key out of the records that PartPaths asked for.
class PartReader {
 public:
  PartReader(const seal::KeyHierarchy& hierarchy, const KeyName& name, const Records& records)
      : hierarchy_(hierarchy), name_(name), records_(records) {}

  // The message of the record at `path`, which must be there in that version. kConflict: another version is there, or
  // none, as it looks while a commit goes by.
  Result<std::string> Read(const std::string& path, uint64_t version) const {
    auto found = std::ranges::find_if(
        records_, [&](const std::optional<store::Record>& record) { return record && record->key == path; });
    if (found == records_.end()) return Fail(ErrorKind::kConflict, "a part that the head names is missing");
    KAGIMORI_ASSIGN_OR_RETURN(seal::OpenedRecord record,
                              seal::OpenRecord(hierarchy_, path, name_.account, (*found)->value));
    if (record.version != version)
      return Fail(ErrorKind::kConflict, "a part is not of the version that the head names");
    return std::move(record.message);
  }

  // As the spec keeps it in a snapshot.
  Result<std::shared_ptr<const Material>> ReadMaterial(KeySpec spec, const MaterialId& id, uint64_t version) const {
    std::string path = MaterialPath(name_, id);
    KAGIMORI_ASSIGN_OR_RETURN(std::string message, Read(path, version));
    KAGIMORI_ASSIGN_OR_RETURN(records::MaterialRecord record, records::DecodeMaterial(message));
    KAGIMORI_ASSIGN_OR_RETURN(secret::SecretBytes bytes,
                              seal::UnwrapSecret(hierarchy_, name_.account, path, record.wrapped));
    auto material = std::make_shared<Material>();
    material->id = id;
    material->created = record.created;
    material->version = version;
    if (spec == KeySpec::kSymmetricDefault) {
      material->kdf.emplace(crypto::HmacSha256Key::Create(bytes));
    } else {
      material->mac_key.emplace(std::move(bytes));
    }
    return material;
  }

 private:
  const seal::KeyHierarchy& hierarchy_;
  const KeyName& name_;
  const Records& records_;
};

// A key as its head has it, and the records that belong to it.
struct KeyHead {
  Key key;
  std::vector<std::pair<MaterialId, uint64_t>> materials;  // with their versions
};

std::vector<std::string> PartPaths(const KeyHead& head) {
  const Key& key = head.key;
  std::vector<std::string> paths;
  for (auto [version, part] : {std::pair(key.parts.description, Part::kDescription),
                               {key.parts.policy, Part::kPolicy},
                               {key.parts.tags, Part::kTags},
                               {key.parts.aliases, Part::kAliases}}) {
    if (version != 0) paths.push_back(PartPath(key.name, part));
  }
  if (!IsAsymmetric(key.spec)) {
    for (const auto& [id, version] : head.materials) paths.push_back(MaterialPath(key.name, id));
  }
  return paths;
}

// Asymmetric material: where it is, and nothing of it.
std::shared_ptr<const Material> ReferenceTo(const MaterialId& id, uint64_t version) {
  auto material = std::make_shared<Material>();
  material->id = id;
  material->version = version;
  return material;
}

Result<> ReadParts(const PartReader& reader, const std::vector<std::pair<MaterialId, uint64_t>>& materials, Key* key) {
  if (key->parts.description != 0) {
    KAGIMORI_ASSIGN_OR_RETURN(std::string message,
                              reader.Read(PartPath(key->name, Part::kDescription), key->parts.description));
    KAGIMORI_ASSIGN_OR_RETURN(key->description, records::DecodeText(message));
  }
  if (key->parts.policy != 0) {
    KAGIMORI_ASSIGN_OR_RETURN(std::string message, reader.Read(PartPath(key->name, Part::kPolicy), key->parts.policy));
    KAGIMORI_ASSIGN_OR_RETURN(records::StoredPolicy policy, records::DecodePolicy(message));
    key->policy = std::move(policy.text);
    key->policy_bindings = std::move(policy.bindings);
  }
  key->policy_document = CompilePolicy(*key);
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
    if (IsAsymmetric(key->spec)) {
      key->materials.push_back(ReferenceTo(id, version));
      continue;
    }
    KAGIMORI_ASSIGN_OR_RETURN(std::shared_ptr<const Material> material, reader.ReadMaterial(key->spec, id, version));
    key->materials.push_back(std::move(material));
  }
  return {};
}

Result<KeyHead> DecodeKeyHead(const seal::KeyHierarchy& hierarchy, const KeyName& name, const store::Record& record) {
  KAGIMORI_ASSIGN_OR_RETURN(seal::OpenedRecord opened,
                            seal::OpenRecord(hierarchy, record.key, name.account, record.value));
  KeyHead head{.key = {.name = name, .arn = name.Arn()}, .materials = {}};
  KAGIMORI_RETURN_IF_ERROR(records::DecodeHead(opened.message, &head.key, &head.materials));
  head.key.head_version = opened.version;
  head.key.head_revision = record.revision;
  return head;
}

}  // namespace

KeyTable::KeyTable(const seal::KeyHierarchy* hierarchy, store::Store* store, size_t max_keys, LoadedKeys* loaded)
    : hierarchy_(hierarchy),
      store_(store),
      keys_(max_keys),
      aliases_(max_keys),
      grants_(std::make_unique<GrantTable>(hierarchy, store)),
      loaded_(loaded) {}
KeyTable::~KeyTable() = default;

void KeyTable::Forget(const KeyName& name) {
  keys_.Invalidate(name);
  if (loaded_ != nullptr) loaded_->Forget(name);
}

Task<Result<std::shared_ptr<const Key>>> KeyTable::LoadKey(KeyName name) {
  const std::string head_path = HeadPath(name);
  key_loads_.fetch_add(1, std::memory_order_relaxed);
  for (int read = 0; read < kMaxReads; ++read) {
    uint64_t ticket = keys_.BeginLoad();
    Result<store::GetResult> heads = co_await GetOne(store_, head_path);
    if (!heads) co_return std::unexpected(std::move(heads).error());
    if (!heads->records[0]) co_return std::shared_ptr<const Key>();
    Result<KeyHead> head = DecodeKeyHead(*hierarchy_, name, *heads->records[0]);
    if (!head) co_return std::unexpected(std::move(head).error());

    // By their paths and not as a range: filters spare a search in every table that lacks them. They may be of another
    // revision than the head, which shows in their versions.
    const std::vector<std::string> paths = PartPaths(*head);
    Records parts;
    while (parts.size() < paths.size()) {
      std::vector<std::string> some = PathsOfOneGet(paths, parts.size());
      Result<store::GetResult> got = co_await GetRecords(store_, std::move(some));
      if (!got) co_return std::unexpected(std::move(got).error());
      std::ranges::move(got->records, std::back_inserter(parts));
    }
    Result<> complete = ReadParts(PartReader(*hierarchy_, name, parts), head->materials, &head->key);
    if (!complete && complete.error().kind == ErrorKind::kConflict) continue;
    if (!complete) co_return std::unexpected(std::move(complete).error());
    auto shared = std::make_shared<const Key>(std::move(head->key));
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
