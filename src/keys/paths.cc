#include "keys/paths.h"

#include <algorithm>

#include "seal/path.h"
#include "seal/sealed_record.h"

namespace kagimori::keys {
namespace {

using seal::Path;
using seal::RecordType;

// NameMarker's kind is the record type, so that equal names of different things have different markers.
constexpr auto kAliasNameKind = static_cast<uint8_t>(RecordType::kAlias);

}  // namespace

std::string HeadPath(const KeyName& name) {
  return Path(RecordType::kKey).Account(name.account).InRegion(name.region).Key(name.id).text();
}

std::string PartPrefix(const KeyName& name) {
  return Path(RecordType::kKeyPart).Account(name.account).InRegion(name.region).Key(name.id).text();
}

std::string PartPath(const KeyName& name, Part part) {
  std::string path = PartPrefix(name);
  path.push_back(static_cast<char>(part));
  return path;
}

std::string MaterialPath(const KeyName& name, const MaterialId& id) {
  std::string path = PartPath(name, Part::kMaterial);
  path.append(AsText(id));
  return path;
}

bool IsMaterialPath(std::string_view path) {
  constexpr size_t kPartAt = 1 + 6 + 2 + 1 + 16;  // behind type, account, Region, kind and id of the key
  return path.size() > kPartAt && path[0] == static_cast<char>(RecordType::kKeyPart) &&
         path[kPartAt] == static_cast<char>(Part::kMaterial);
}

std::string AliasPath(const seal::KeyHierarchy& hierarchy, const AliasName& name) {
  ByteArray<16> marker = seal::NameMarker(hierarchy, name.account, kAliasNameKind, name.region.number(), name.name);
  return Path(RecordType::kAlias).Account(name.account).InRegion(name.region).Raw(marker).text();
}

std::string DuePath(Timestamp due, const KeyName& name) {
  return Path(RecordType::kDue).Time(due.millis).Account(name.account).InRegion(name.region).Key(name.id).text();
}

std::string OutboxPath(const ByteArray<16>& event_id) { return Path(RecordType::kOutbox).Raw(event_id).text(); }
std::string ClockPath() { return Path(RecordType::kClock).text(); }

std::string HeadPrefix(AccountId account, Region region) {
  return Path(RecordType::kKey).Account(account).InRegion(region).text();
}
std::string AliasPrefix(AccountId account, Region region) {
  return Path(RecordType::kAlias).Account(account).InRegion(region).text();
}
std::string DuePrefix() { return Path(RecordType::kDue).text(); }
std::string OutboxPrefix() { return Path(RecordType::kOutbox).text(); }

std::optional<KeyName> ParseHeadPath(std::string_view path) {
  ByteView bytes = AsBytes(path);
  if (bytes.size() != 1 + 6 + 2 + 1 + 16 || bytes[0] != static_cast<uint8_t>(RecordType::kKey)) return std::nullopt;
  auto region = Region::FromNumber(static_cast<uint16_t>(ReadBe(bytes.subspan(7, 2))));
  uint8_t kind = bytes[9];
  if (!region || (kind != 1 && kind != 2)) return std::nullopt;
  KeyName name{.account = AccountId::FromNumber(ReadBe(bytes.subspan(1, 6))),
               .region = *region,
               .id = {.kind = static_cast<KeyId::Kind>(kind), .bytes = {}}};
  std::ranges::copy(bytes.subspan(10), name.id.bytes.begin());
  return name;
}

std::optional<AliasName> ParseAliasPath(std::string_view path) {
  ByteView bytes = AsBytes(path);
  if (bytes.size() != 1 + 6 + 2 + 16 || bytes[0] != static_cast<uint8_t>(RecordType::kAlias)) return std::nullopt;
  auto region = Region::FromNumber(static_cast<uint16_t>(ReadBe(bytes.subspan(7, 2))));
  if (!region) return std::nullopt;
  return AliasName{
      .account = AccountId::FromNumber(ReadBe(bytes.subspan(1, 6))), .region = *region, .name = std::string()};
}

}  // namespace kagimori::keys
