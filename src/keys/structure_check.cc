#include "keys/structure_check.h"

#include <fmt/format.h>

#include <optional>
#include <utility>
#include <vector>

#include "keys/destroyed_keys.h"
#include "keys/due.h"
#include "keys/key.h"
#include "keys/paths.h"
#include "keys/records.h"
#include "seal/path.h"

namespace kagimori::keys {
namespace {

using seal::RecordType;

// A part's path is its key's head's with another type and the part's number behind it.
constexpr size_t kKeySize = 6 + 2 + 1 + 16;
constexpr size_t kPartAt = 1 + kKeySize;

std::string_view TextOf(RecordType type) {
  switch (type) {
    case RecordType::kAlias:
      return "the key's list of aliases";
    case RecordType::kDue:
      return "the key's head (what happens to it next)";
    default:
      return "the key's head";
  }
}

}  // namespace

Result<> StructureCheck::TakeHead(std::string_view path, std::string_view message) {
  std::optional<KeyName> name = ParseHeadPath(path);
  if (!name) return Fail(ErrorKind::kCorrupt, "the path is no key's");
  Key key{.name = *name};
  KAGIMORI_RETURN_IF_ERROR(records::DecodeHead(message, &key));
  // A head lets go of everything before it goes itself (scheduled_deletion.cc).
  const bool dying = key.due_seen_uptime != 0 && key.materials.empty();
  if (dying) dying_.insert(PartPrefix(key.name));
  grants_.TakeKey(key.name, dying);
  heads_.emplace(path);
  auto expect = [this](std::string named, uint64_t version) {
    Place& place = places_[std::move(named)];
    place.named = true;
    place.named_version = version;
  };
  const std::pair<Part, uint64_t> parts[] = {{Part::kDescription, key.parts.description},
                                             {Part::kPolicy, key.parts.policy},
                                             {Part::kTags, key.parts.tags},
                                             {Part::kAliases, key.parts.aliases},
                                             {Part::kNotes, key.parts.notes}};
  for (const auto& [part, version] : parts) {
    if (version != 0) expect(PartPath(key.name, part), version);
  }
  auto expect_material = [&](const MaterialEntry& material) {
    if (material.version != 0) expect(MaterialPath(key.name, material.id), material.version);
  };
  for (const MaterialEntry& material : key.materials) expect_material(material);
  if (key.staged) expect_material(*key.staged);
  if (const std::optional<Timestamp> due = DueAt(key)) expect(DuePath(*due, key.name), 0);
  return {};
}

Result<> StructureCheck::TakePart(std::string_view path, std::string_view message) {
  if (path.size() <= kPartAt) return Fail(ErrorKind::kCorrupt, "the path is no part's");
  if (path[kPartAt] != static_cast<char>(Part::kAliases) || dying_.contains(path.substr(0, kPartAt))) return {};
  std::string head(1, static_cast<char>(RecordType::kKey));
  std::optional<KeyName> name = ParseHeadPath(head.append(path, 1, kKeySize));
  if (!name) return Fail(ErrorKind::kCorrupt, "the path is no key's");
  KAGIMORI_ASSIGN_OR_RETURN(std::vector<std::string> aliases, records::DecodeAliasNames(message));
  for (const std::string& alias : aliases) {
    places_[AliasPath(*hierarchy_, {.account = name->account, .region = name->region, .name = alias})].named = true;
  }
  return {};
}

Result<> StructureCheck::Take(std::string_view path, const seal::OpenedRecord& record) {
  const auto type = static_cast<RecordType>(path[0]);
  if (type == RecordType::kKey) return TakeHead(path, record.message);
  if (type == RecordType::kGrant || type == RecordType::kRetirable) return grants_.Take(path, record);
  if (type != RecordType::kKeyPart && type != RecordType::kAlias && type != RecordType::kDue) return {};
  if (type == RecordType::kKeyPart && path.size() == kPartAt + 1 && path[kPartAt] == static_cast<char>(Part::kUsage))
    return TakeUsage(path, record.message);
  if (type == RecordType::kKeyPart && path.size() == kPartAt + 1 &&
      path[kPartAt] == static_cast<char>(kDestroyedPart)) {
    // There as long as its key is not: one that came back was put there.
    std::string head(1, static_cast<char>(RecordType::kKey));
    if (heads_.contains(head.append(path, 1, kKeySize))) places_[std::string(path)].found = true;
    return {};
  }
  Place& place = places_[std::string(path)];
  place.found = true;
  place.found_version = record.version;
  return type == RecordType::kKeyPart ? TakePart(path, record.message) : Result<>();
}

// No head names the version of a key's last use, but there is a key that it belongs to: heads come first.
Result<> StructureCheck::TakeUsage(std::string_view path, std::string_view message) {
  std::string head(1, static_cast<char>(RecordType::kKey));
  if (!heads_.contains(head.append(path, 1, kKeySize))) places_[std::string(path)].found = true;
  KAGIMORI_RETURN_IF_ERROR(records::DecodeUsage(message));
  return {};
}

void StructureCheck::Finish(const std::function<void(const std::string&, const std::string&)>& find) const {
  for (const auto& [path, place] : places_) {
    const std::string_view by = TextOf(static_cast<RecordType>(path[0]));
    if (!place.found) {
      find(path, fmt::format("is missing: {} names it", by));
    } else if (!place.named && dying_.contains(std::string_view(path).substr(0, kPartAt))) {
      continue;
    } else if (!place.named) {
      find(path, fmt::format("is extra: {} does not name it", by));
    } else if (place.named_version != 0 && place.named_version != place.found_version) {
      find(path,
           fmt::format("is stale: it is of version {}, {} names {}", place.found_version, by, place.named_version));
    }
  }
  grants_.Finish(find);
}

}  // namespace kagimori::keys
