#include "keys/key_table.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "keys/grant_table.h"
#include "keys/key_head.h"
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

// The material that a snapshot is loaded with; null: none.
MaterialEntry* LoadedAtOnce(Key* key) {
  if (IsAsymmetric(key->spec) || key->materials.empty() || key->materials.back().version == 0) return nullptr;
  return &key->materials.back();
}

// In units of 64 bytes of secret memory, which is what a key of one material has.
size_t CostOf(const Key& key) {
  constexpr size_t kUnit = 64;
  size_t cost = 0;
  for (const MaterialEntry& material : key.materials) {
    if (material.loaded == nullptr) continue;
    cost += material.loaded->mac_key ? (material.loaded->mac_key->size() + kUnit - 1) / kUnit : 1;
  }
  return std::max(cost, size_t{1});
}

std::vector<std::string> PartPaths(Key* key) {
  std::vector<std::string> paths;
  for (auto [version, part] : {std::pair(key->parts.description, Part::kDescription),
                               {key->parts.policy, Part::kPolicy},
                               {key->parts.tags, Part::kTags},
                               {key->parts.aliases, Part::kAliases},
                               {key->parts.notes, Part::kNotes}}) {
    if (version != 0) paths.push_back(PartPath(key->name, part));
  }
  if (const MaterialEntry* material = LoadedAtOnce(key)) paths.push_back(MaterialPath(key->name, material->id));
  return paths;
}

Result<> ReadParts(const PartReader& reader, Key* key) {
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
  if (key->parts.notes != 0) {
    KAGIMORI_ASSIGN_OR_RETURN(std::string message, reader.Read(PartPath(key->name, Part::kNotes), key->parts.notes));
    KAGIMORI_ASSIGN_OR_RETURN(key->notes, records::DecodeNotes(message));
  }
  if (MaterialEntry* material = LoadedAtOnce(key)) {
    KAGIMORI_ASSIGN_OR_RETURN(material->loaded, reader.ReadMaterial(key->spec, material->id, material->version));
  }
  return {};
}

// The same key, with one more material loaded from its record. kConflict: as PartReader::Read.
Result<std::shared_ptr<const Key>> WithMaterialOf(const seal::KeyHierarchy& hierarchy, const Key& key,
                                                  const MaterialId& id, const Records& records) {
  auto with = std::make_shared<Key>(key);
  MaterialEntry& entry = *std::ranges::find(with->materials, id, &MaterialEntry::id);
  KAGIMORI_ASSIGN_OR_RETURN(entry.loaded,
                            PartReader(hierarchy, key.name, records).ReadMaterial(key.spec, id, entry.version));
  return with;
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
    Result<Key> key = OpenKeyHead(*hierarchy_, name, *heads->records[0]);
    if (!key) co_return std::unexpected(std::move(key).error());

    // By their paths and not as a range: filters spare a search in every table that lacks them. They may be of another
    // revision than the head, which shows in their versions.
    const std::vector<std::string> paths = PartPaths(&*key);
    Records parts;
    if (!paths.empty()) {
      Result<store::GetResult> got = co_await GetRecords(store_, paths);
      if (!got) co_return std::unexpected(std::move(got).error());
      parts = std::move(got->records);
    }
    Result<> complete = ReadParts(PartReader(*hierarchy_, name, parts), &*key);
    if (!complete && complete.error().kind == ErrorKind::kConflict) continue;
    if (!complete) co_return std::unexpected(std::move(complete).error());
    auto shared = std::make_shared<const Key>(*std::move(key));
    if (keys_.Insert(ticket, name, shared, CostOf(*shared))) co_return shared;
  }
  co_return Fail(ErrorKind::kCorrupt, "the records of key " + name.Arn() + " do not belong together");
}

bool KeyTable::NeedsMaterial(const Key& key, const MaterialId& material) {
  const MaterialEntry* entry = IsAsymmetric(key.spec) ? nullptr : key.FindMaterial(material);
  return entry != nullptr && entry->version != 0 && entry->loaded == nullptr;
}

Task<Result<std::shared_ptr<const Key>>> KeyTable::WithMaterial(std::shared_ptr<const Key> key, MaterialId material) {
  const KeyName name = key->name;
  for (int read = 0; read < kMaxReads; ++read) {
    if (key == nullptr || !NeedsMaterial(*key, material)) co_return key;
    const uint64_t ticket = keys_.BeginLoad();
    // What is inserted must be a snapshot of after the ticket, and have what others have loaded meanwhile.
    const std::shared_ptr<const Key> cached = keys_.Get(name);
    const bool current = cached != nullptr && cached->head_revision == key->head_revision;
    if (current) key = cached;
    if (!NeedsMaterial(*key, material)) co_return key;
    Result<store::GetResult> got = co_await GetOne(store_, MaterialPath(name, material));
    if (!got) co_return std::unexpected(std::move(got).error());
    Result<std::shared_ptr<const Key>> with = WithMaterialOf(*hierarchy_, *key, material, got->records);
    if (with) {
      if (current) keys_.Insert(ticket, name, *with, CostOf(**with));
      co_return with;
    }
    if (with.error().kind != ErrorKind::kConflict) co_return with;
    Result<std::shared_ptr<const Key>> again = co_await LoadKey(name);
    if (!again) co_return again;
    key = *std::move(again);
  }
  co_return Fail(ErrorKind::kCorrupt, "the materials of key " + name.Arn() + " are not those that its head names");
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
  const size_t cost = CostOf(*moved);
  keys_.Insert(ticket, name, std::move(moved), cost);
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
    Result<> decoded = records::DecodeHead(opened->message, &key);
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
