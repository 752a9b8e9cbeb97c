#include "keys/inventory.h"

#include <utility>
#include <vector>

#include "keys/grant_paths.h"
#include "keys/grant_records.h"
#include "keys/paths.h"
#include "keys/records.h"
#include "seal/path.h"
#include "seal/sealed_record.h"
#include "shapes/member_info.h"

namespace kagimori::keys {
namespace {

// type ‖ account ‖ Region ‖ marker
constexpr size_t kRegionAt = 1 + 6;
constexpr size_t kAliasPathSize = kRegionAt + 2 + 16;

}  // namespace

Result<KeyEntry> ReadKeyEntry(const seal::KeyHierarchy& hierarchy, const store::Record& record) {
  const std::optional<KeyName> name = ParseHeadPath(record.key);
  if (!name) return Fail(ErrorKind::kCorrupt, "a key's record in a wrong place");
  KAGIMORI_ASSIGN_OR_RETURN(const seal::OpenedRecord opened,
                            seal::OpenRecord(hierarchy, record.key, name->account, record.value));
  Key key{.name = *name};
  KAGIMORI_RETURN_IF_ERROR(records::DecodeHead(opened.message, &key));
  return KeyEntry{.name = *name,
                  .spec = key.spec,
                  .state = key.stored_state,
                  .created = key.created,
                  .deletion_due = key.deletion_due};
}

Result<AliasEntry> ReadAliasEntry(const seal::KeyHierarchy& hierarchy, const store::Record& record) {
  auto misplaced = [] { return Fail(ErrorKind::kCorrupt, "an alias's record in a wrong place"); };
  if (record.key.size() != kAliasPathSize) return misplaced();
  const auto region =
      Region::FromNumber(static_cast<uint16_t>(ReadBe(AsBytes(record.key).subspan(kRegionAt, sizeof(uint16_t)))));
  if (!region) return misplaced();
  const AccountId account = seal::SealingAccount(record.key);
  KAGIMORI_ASSIGN_OR_RETURN(const seal::OpenedRecord opened,
                            seal::OpenRecord(hierarchy, record.key, account, record.value));
  Alias alias{.name = {.account = account, .region = *region, .name = {}}};
  KAGIMORI_RETURN_IF_ERROR(records::DecodeAlias(opened.message, &alias));
  if (record.key != AliasPath(hierarchy, alias.name)) return misplaced();
  return AliasEntry{.name = alias.name, .target = alias.target};
}

Result<std::optional<GrantEntry>> ReadGrantEntry(const seal::KeyHierarchy& hierarchy, const store::Record& record) {
  const std::optional<GrantRecordPath> path = ParseGrantRecordPath(record.key);
  if (!path) return Fail(ErrorKind::kCorrupt, "a grant's record in a wrong place");
  if (path->kind != GrantRecordKind::kGrant) {
    KAGIMORI_RETURN_IF_ERROR(seal::OpenRecord(hierarchy, record.key, path->key.account, record.value));
    return std::nullopt;
  }
  KAGIMORI_ASSIGN_OR_RETURN(const std::shared_ptr<const Grant> grant, records::OpenGrant(hierarchy, record));
  return GrantEntry{.key = grant->key, .id = grant->id, .grantee = grant->grantee.given};
}

std::string StateText(KeyState state) { return std::string(shapes::Name(state)); }
std::string SpecText(KeySpec spec) { return std::string(shapes::Name(spec)); }

}  // namespace kagimori::keys
