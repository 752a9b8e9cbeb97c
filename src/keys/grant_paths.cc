#include "keys/grant_paths.h"

#include <algorithm>

#include "crypto/digest.h"
#include "seal/path.h"
#include "seal/sealed_record.h"

namespace kagimori::keys {
namespace {

using seal::Path;
using seal::RecordType;

constexpr auto kGranteeNames = static_cast<uint8_t>(RecordType::kGrant);
constexpr auto kRetiringNames = static_cast<uint8_t>(RecordType::kRetirable);
// Of the markers of names and parameters, which no type of record has.
constexpr uint8_t kSameness = 0xF4;

constexpr size_t kHalf = 16;
constexpr size_t kKeySize = 1 + 16;
constexpr size_t kKeyAt = 1 + 6 + 2;  // behind type, account and Region
constexpr size_t kKindAt = kKeyAt + kKeySize;
// In a path of kRetirable: type ‖ account ‖ Region ‖ marker ‖ the key's account ‖ key ‖ grant.
constexpr size_t kOwnerAt = 1 + 6 + 2 + kHalf;
constexpr size_t kRetirableSize = kOwnerAt + 6 + kKeySize + 2 * kHalf;

Path KeyPath(const KeyName& key) {
  Path path(RecordType::kGrant);
  path.Account(key.account).InRegion(key.region).Key(key.id);
  return path;
}

Path KindPath(const KeyName& key, GrantRecordKind kind) {
  Path path = KeyPath(key);
  path.Number<1>(static_cast<uint8_t>(kind));
  return path;
}

// REQUIRES (both below): the bytes are there.
ByteArray<kHalf> HalfAt(ByteView path, size_t at) {
  ByteArray<kHalf> half;
  std::ranges::copy(path.subspan(at, kHalf), half.begin());
  return half;
}
std::optional<KeyName> KeyAt(ByteView path, size_t account_at, size_t region_at, size_t key_at) {
  auto region = Region::FromNumber(static_cast<uint16_t>(ReadBe(path.subspan(region_at, 2))));
  const uint8_t kind = path[key_at];
  if (!region || (kind != 1 && kind != 2)) return std::nullopt;
  return KeyName{.account = AccountId::FromNumber(ReadBe(path.subspan(account_at, 6))),
                 .region = *region,
                 .id = {.kind = static_cast<KeyId::Kind>(kind), .bytes = HalfAt(path, key_at + 1)}};
}

}  // namespace

ByteArray<16> GranteeMarker(const seal::KeyHierarchy& hierarchy, const GranteeName& name) {
  return seal::NameMarker(hierarchy, name.key.account, kGranteeNames, name.key.region.number(), name.grantee.Text());
}

std::string GrantPath(const KeyName& key, const GrantId& id) {
  return KindPath(key, GrantRecordKind::kGrant).Raw(id.grantee).Raw(id.random).text();
}

std::string GranteeHeadPath(const KeyName& key, const ByteArray<16>& grantee) {
  return KindPath(key, GrantRecordKind::kGrantee).Raw(grantee).text();
}

std::string GrantCountPath(const KeyName& key, size_t part) {
  return KindPath(key, GrantRecordKind::kCount).Number<1>(part).text();
}

std::string GrantNamePath(const seal::KeyHierarchy& hierarchy, const Grant& grant) {
  ByteArray<16> marker =
      seal::NameMarker(hierarchy, grant.key.account, kSameness, grant.key.region.number(), SamenessOf(grant));
  return KindPath(grant.key, GrantRecordKind::kName).Raw(marker).text();
}

std::string RetirablePrefix(const seal::KeyHierarchy& hierarchy, const GrantPrincipal& retiring, Region region) {
  ByteArray<16> marker =
      seal::NameMarker(hierarchy, retiring.account, kRetiringNames, region.number(), retiring.form.Text());
  return Path(RecordType::kRetirable).Account(retiring.account).InRegion(region).Raw(marker).text();
}

std::string RetirablePath(const seal::KeyHierarchy& hierarchy, const GrantPrincipal& retiring, const KeyName& key,
                          const GrantId& id) {
  std::string path = RetirablePrefix(hierarchy, retiring, key.region);
  constexpr size_t kTypeSize = 1;
  // The key's account and id as any path has them, without the type and the Region.
  const std::string of_key = KeyPath(key).text();
  path.append(of_key, kTypeSize, 6).append(of_key, kKeyAt, kKeySize);
  return path.append(AsText(id.grantee)).append(AsText(id.random));
}

bool IsListedAsRetirable(const Grant& grant) {
  return grant.retiring && grant.retiring->form.kind != PrincipalKind::kService;
}

std::vector<std::string> PathsOfGrant(const seal::KeyHierarchy& hierarchy, const Grant& grant) {
  std::vector<std::string> paths = {GrantPath(grant.key, grant.id)};
  if (!grant.name.empty()) paths.push_back(GrantNamePath(hierarchy, grant));
  if (IsListedAsRetirable(grant)) paths.push_back(RetirablePath(hierarchy, *grant.retiring, grant.key, grant.id));
  return paths;
}

std::string GrantRecordsPrefix(const KeyName& key) { return KeyPath(key).text(); }
std::string GrantsPrefix(const KeyName& key) { return KindPath(key, GrantRecordKind::kGrant).text(); }
std::string GrantsPrefix(const KeyName& key, const ByteArray<16>& grantee) {
  return KindPath(key, GrantRecordKind::kGrant).Raw(grantee).text();
}

std::optional<GrantRecordPath> ParseGrantRecordPath(std::string_view text) {
  const ByteView path = AsBytes(text);
  if (path.size() <= kKindAt || path[0] != static_cast<uint8_t>(RecordType::kGrant)) return std::nullopt;
  std::optional<KeyName> key = KeyAt(path, 1, 1 + 6, kKeyAt);
  if (!key) return std::nullopt;
  GrantRecordPath parsed{.key = *key, .kind = static_cast<GrantRecordKind>(path[kKindAt]), .id = {}};
  const size_t at = kKindAt + 1;
  switch (parsed.kind) {
    case GrantRecordKind::kGrant:
      if (path.size() != at + 2 * kHalf) return std::nullopt;
      parsed.id = {.random = HalfAt(path, at + kHalf), .grantee = HalfAt(path, at)};
      return parsed;
    case GrantRecordKind::kGrantee:
      if (path.size() != at + kHalf) return std::nullopt;
      parsed.id.grantee = HalfAt(path, at);
      return parsed;
    case GrantRecordKind::kCount:
      if (path.size() != at + 1) return std::nullopt;
      parsed.part = path[at];
      return parsed;
    case GrantRecordKind::kName:
      if (path.size() != at + kHalf) return std::nullopt;
      return parsed;
  }
  return std::nullopt;
}

std::optional<RetirablePathParts> ParseRetirablePath(std::string_view text) {
  const ByteView path = AsBytes(text);
  if (path.size() != kRetirableSize || path[0] != static_cast<uint8_t>(RecordType::kRetirable)) return std::nullopt;
  std::optional<KeyName> key = KeyAt(path, kOwnerAt, 1 + 6, kOwnerAt + 6);
  if (!key) return std::nullopt;
  const size_t at = kOwnerAt + 6 + kKeySize;
  return RetirablePathParts{.key = *key, .id = {.random = HalfAt(path, at + kHalf), .grantee = HalfAt(path, at)}};
}

// The ledger's own tags, under the same key, begin with the two bytes of a length below 2^15.
ByteArray<32> GrantTag(const seal::KeyHierarchy& hierarchy, const KeyName& key, const GrantId& id) {
  constexpr std::string_view kLabel = "kagimori/grant/1";
  return hierarchy.KeyForNaming(seal::Purpose::kLedger, key.account)
      ->Sign({AsBytes(kLabel), AsBytes(GrantPath(key, id))});
}

}  // namespace kagimori::keys
