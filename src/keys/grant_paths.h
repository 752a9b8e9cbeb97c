#ifndef KAGIMORI_KEYS_GRANT_PATHS_H_
#define KAGIMORI_KEYS_GRANT_PATHS_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "keys/grant.h"
#include "seal/hierarchy.h"

// Where grants stand in the store (docs/storage-format.md).
namespace kagimori::keys {

// What stands behind the key in the path of a record of its grants.
enum class GrantRecordKind : uint8_t { kGrant = 1, kGrantee = 2, kCount = 3, kName = 4 };

// Half of the id of every grant of this grantee on this key.
ByteArray<16> GranteeMarker(const seal::KeyHierarchy& hierarchy, const GranteeName& name);

std::string GrantPath(const KeyName& key, const GrantId& id);
std::string GranteeHeadPath(const KeyName& key, const ByteArray<16>& grantee);
std::string GrantCountPath(const KeyName& key, size_t part);
// Of a grant with a name: by SamenessOf.
std::string GrantNamePath(const seal::KeyHierarchy& hierarchy, const Grant& grant);
// REQUIRES: the retiring principal is no service.
std::string RetirablePath(const seal::KeyHierarchy& hierarchy, const GrantPrincipal& retiring, const KeyName& key,
                          const GrantId& id);

// Service principals are asked for by nobody here.
bool IsListedAsRetirable(const Grant& grant);
// All records that go with a grant: its own, its name's, the one by its retiring principal.
std::vector<std::string> PathsOfGrant(const seal::KeyHierarchy& hierarchy, const Grant& grant);

// Prefixes for ranges.
std::string GrantRecordsPrefix(const KeyName& key);  // everything of the key's grants but what RetirablePath says
std::string GrantsPrefix(const KeyName& key);
std::string GrantsPrefix(const KeyName& key, const ByteArray<16>& grantee);
std::string RetirablePrefix(const seal::KeyHierarchy& hierarchy, const GrantPrincipal& retiring, Region region);

// A path of a record of type kGrant, taken apart; nothing when it is none.
struct GrantRecordPath {
  KeyName key;
  GrantRecordKind kind = GrantRecordKind::kGrant;
  GrantId id;       // of kGrant; of kGrantee: its half
  size_t part = 0;  // of kCount
};
std::optional<GrantRecordPath> ParseGrantRecordPath(std::string_view path);
struct RetirablePathParts {
  KeyName key;
  GrantId id;
};
std::optional<RetirablePathParts> ParseRetirablePath(std::string_view path);

// A grant's element in the hash of its grantee's head. Grants do not change, and no path is used twice.
ByteArray<32> GrantTag(const seal::KeyHierarchy& hierarchy, const KeyName& key, const GrantId& id);

}  // namespace kagimori::keys

#endif  // KAGIMORI_KEYS_GRANT_PATHS_H_
