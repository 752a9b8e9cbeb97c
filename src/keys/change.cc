#include "keys/change.h"

#include <algorithm>

#include "keys/due.h"
#include "keys/grant_paths.h"
#include "keys/grant_records.h"
#include "keys/outbox.h"
#include "keys/records.h"
#include "seal/sealed_record.h"

namespace kagimori::keys {
namespace {

// Collects the operations of one transaction, each record sealed under its own path.
class Builder {
 public:
  explicit Builder(const seal::KeyHierarchy& hierarchy) : hierarchy_(hierarchy) {}

  void Require(std::string path, store::Revision revision) {
    transaction_.preconditions.push_back({std::move(path), revision});
  }
  void Put(store::Put put) { transaction_.puts.push_back(std::move(put)); }
  // For a path with an id in it that was drawn for this record.
  void PutNew(std::string path, AccountId account, uint64_t version, std::string_view message) {
    Put(std::move(path), account, version, message);
    transaction_.puts.back().is_new = true;
  }
  Result<> PutWithSecret(std::string path, AccountId account, uint64_t version, ByteView wrapped,
                         std::string_view message, bool is_new) {
    KAGIMORI_ASSIGN_OR_RETURN(
        Bytes sealed, seal::SealRecordWithSecret(hierarchy_, {.path = path, .account = account, .version = version},
                                                 wrapped, message));
    transaction_.puts.push_back({std::move(path), std::move(sealed), is_new});
    return {};
  }
  void Put(std::string path, AccountId account, uint64_t version, std::string_view message) {
    Bytes sealed = seal::SealRecord(hierarchy_, {.path = path, .account = account, .version = version}, message);
    transaction_.puts.push_back({std::move(path), std::move(sealed)});
  }
  void Delete(std::string path) { transaction_.deletes.push_back(std::move(path)); }
  const seal::KeyHierarchy& hierarchy() const { return hierarchy_; }
  store::Transaction* transaction() { return &transaction_; }
  store::Transaction Take() && { return std::move(transaction_); }

 private:
  const seal::KeyHierarchy& hierarchy_;
  store::Transaction transaction_;
};

// Puts the part's record, or deletes it when nothing is left of it. A version is never used twice under one path: it
// goes on from the head's version, which grows with every change of the key.
void PutPart(const Key& key, Part part, bool empty, const std::string& message, uint64_t* version, Builder* builder) {
  std::string path = PartPath(key.name, part);
  if (empty) {
    if (*version != 0) builder->Delete(std::move(path));
    *version = 0;
    return;
  }
  *version = key.head_version;
  builder->Put(std::move(path), key.name.account, *version, message);
}

void PutParts(const std::vector<Part>& parts, Key* key, Builder* builder) {
  for (Part part : parts) {
    switch (part) {
      case Part::kDescription:
        PutPart(*key, part, key->description.empty(), records::EncodeText(key->description), &key->parts.description,
                builder);
        break;
      case Part::kPolicy:
        PutPart(*key, part, !key->policy, records::EncodePolicy(key->policy.value_or(""), key->policy_bindings),
                &key->parts.policy, builder);
        break;
      case Part::kTags:
        PutPart(*key, part, key->tags.empty(), records::EncodeTags(key->tags), &key->parts.tags, builder);
        break;
      case Part::kAliases:
        PutPart(*key, part, key->aliases.empty(), records::EncodeAliasNames(key->aliases), &key->parts.aliases,
                builder);
        break;
      case Part::kNotes:
        PutPart(*key, part, key->notes.empty(), records::EncodeNotes(key->notes), &key->parts.notes, builder);
        break;
      case Part::kMaterial:
        break;  // KeyChange::material
      case Part::kUsage:
        break;  // last_usage.h: no change of the key
    }
  }
}

// The entry that the key has for the material, else a new one: the current.
MaterialEntry& EntryOf(const MaterialId& id, Key* key) {
  if (key->staged && key->staged->id == id) return *key->staged;
  auto found = std::ranges::find(key->materials, id, &MaterialEntry::id);
  if (found != key->materials.end()) return *found;
  return key->materials.emplace_back(MaterialEntry{.id = id});
}

Result<> PutMaterial(const NewMaterial& material, bool key_is_new, Key* key, Builder* builder) {
  std::string path = MaterialPath(key->name, material.id);
  records::MaterialRecord record{
      .wrapped = seal::WrapSecret(builder->hierarchy(), key->name.account, path, material.bytes),
      .created = material.created};
  KAGIMORI_RETURN_IF_ERROR(builder->PutWithSecret(std::move(path), key->name.account, key->head_version, record.wrapped,
                                                  records::EncodeMaterial(record), key_is_new));
  EntryOf(material.id, key).version = key->head_version;
  return {};
}

// The materials whose records the key no longer names.
void DeleteMaterials(const Key& before, const Key& after, Builder* builder) {
  auto is_kept = [&](const MaterialEntry& old) {
    const MaterialEntry* kept = after.FindMaterial(old.id);
    if (kept == nullptr && after.staged && after.staged->id == old.id) kept = &*after.staged;
    return kept != nullptr && kept->version != 0;
  };
  auto drop = [&](const MaterialEntry& old) {
    if (old.version != 0 && !is_kept(old)) builder->Delete(MaterialPath(before.name, old.id));
  };
  std::ranges::for_each(before.materials, drop);
  if (before.staged) drop(*before.staged);
}

Result<> AddKey(const KeyChange& change, Builder* builder) {
  Key key = change.after;
  std::string head = HeadPath(key.name);
  builder->Require(head, change.before != nullptr ? change.before->head_revision : 0);
  key.head_version = (change.before != nullptr ? change.before->head_version : 0) + 1;
  PutParts(change.parts, &key, builder);
  if (change.material) KAGIMORI_RETURN_IF_ERROR(PutMaterial(*change.material, change.before == nullptr, &key, builder));
  if (change.before != nullptr) DeleteMaterials(*change.before, key, builder);
  MoveDue(builder->hierarchy(), change.before.get(), key, builder->transaction());
  builder->Put(std::move(head), key.name.account, key.head_version, records::EncodeHead(key));
  return {};
}

void AddAlias(const AliasChange& change, Builder* builder) {
  std::string path = AliasPath(builder->hierarchy(), change.name);
  builder->Require(path, change.before != nullptr ? change.before->revision : 0);
  if (!change.after) {
    builder->Delete(std::move(path));
    return;
  }
  uint64_t version = (change.before != nullptr ? change.before->version : 0) + 1;
  builder->Put(std::move(path), change.name.account, version, records::EncodeAlias(*change.after));
}

// Of something that is there as long as it counts anything.
void PutOrDelete(std::string path, AccountId account, uint64_t version, bool empty, std::string_view message,
                 Builder* builder) {
  if (empty) {
    builder->Delete(std::move(path));
  } else {
    builder->Put(std::move(path), account, version + 1, message);
  }
}

// What is kept about grants moves with each of them.
void MovePlace(const Grant& grant, bool is_new, GrantPlace place, Builder* builder) {
  const AccountId account = grant.key.account;
  const crypto::Sha256Digest tag = GrantTag(builder->hierarchy(), grant.key, grant.id);
  if (is_new) {
    ++place.head.count;
    ++place.count.count;
    place.head.hash.Add(tag);
  } else {
    --place.head.count;
    --place.count.count;
    place.head.hash.Remove(tag);
  }
  std::string head = GranteeHeadPath(grant.key, grant.id.grantee);
  builder->Require(head, place.head.revision);
  PutOrDelete(std::move(head), account, place.head.version, place.head.count == 0,
              records::EncodeGranteeHead(place.head), builder);
  std::string count = GrantCountPath(grant.key, CountPartOf(grant.id));
  builder->Require(count, place.count.revision);
  PutOrDelete(std::move(count), account, place.count.version, place.count.count == 0,
              records::EncodeGrantCount(place.count.count), builder);
}

void PutGrant(const Grant& grant, store::Revision name_revision, Builder* builder) {
  const seal::KeyHierarchy& hierarchy = builder->hierarchy();
  builder->PutNew(GrantPath(grant.key, grant.id), grant.key.account, 1, records::EncodeGrant(grant));
  if (!grant.name.empty()) {
    std::string name = GrantNamePath(hierarchy, grant);
    builder->Require(name, name_revision);
    builder->Put(std::move(name), grant.key.account, 1, records::EncodeGrantName(grant.id));
  }
  if (IsListedAsRetirable(grant)) {
    builder->PutNew(RetirablePath(hierarchy, *grant.retiring, grant.key, grant.id), grant.retiring->account, 1, {});
  }
}

Result<> AddGrant(const GrantChange& change, Builder* builder) {
  if (change.key != nullptr) builder->Require(HeadPath(change.key->name), change.key->head_revision);
  if (change.before == nullptr) {
    PutGrant(*change.after, change.place.name_revision, builder);
    MovePlace(*change.after, /*is_new=*/true, change.place, builder);
    return {};
  }
  const Grant& grant = *change.before;
  if (change.place.head.count == 0 || change.place.count.count == 0)
    return Fail(ErrorKind::kCorrupt, "a grant that is there is not counted");
  builder->Require(GrantPath(grant.key, grant.id), grant.revision);
  for (std::string& path : PathsOfGrant(builder->hierarchy(), grant)) builder->Delete(std::move(path));
  MovePlace(grant, /*is_new=*/false, change.place, builder);
  return {};
}

}  // namespace

size_t ContentionOf(const Change& change) {
  if (!change.keys.empty()) return std::hash<KeyName>()(change.keys.front().after.name);
  if (!change.aliases.empty()) return std::hash<AliasName>()(change.aliases.front().name);
  if (change.grants.empty()) return 0;
  const GrantChange& grant = change.grants.front();
  return std::hash<KeyName>()((grant.before != nullptr ? grant.before : grant.after)->key);
}

Result<store::Transaction> BuildTransaction(const seal::KeyHierarchy& hierarchy, const Change& change,
                                            const OutboxEvent& event) {
  Builder builder(hierarchy);
  for (const store::Precondition& condition : change.permitted_by) builder.Require(condition.key, condition.revision);
  for (const KeyChange& key : change.keys) KAGIMORI_RETURN_IF_ERROR(AddKey(key, &builder));
  for (const AliasChange& alias : change.aliases) AddAlias(alias, &builder);
  for (const GrantChange& grant : change.grants) KAGIMORI_RETURN_IF_ERROR(AddGrant(grant, &builder));
  if (!event.line.empty()) builder.Put(OutboxPut(hierarchy, event));
  return std::move(builder).Take();
}

}  // namespace kagimori::keys
