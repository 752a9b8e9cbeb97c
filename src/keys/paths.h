#ifndef KAGIMORI_KEYS_PATHS_H_
#define KAGIMORI_KEYS_PATHS_H_

#include <optional>
#include <string>
#include <string_view>

#include "keys/key.h"
#include "seal/hierarchy.h"

// Where keys and aliases stand in the store (docs/storage-format.md).
namespace kagimori::keys {

enum class Part : uint8_t {
  kDescription = 1,
  kPolicy = 2,
  kTags = 3,
  kAliases = 4,
  kMaterial = 5,
  kUsage = 6,
  kNotes = 7
};

std::string HeadPath(const KeyName& name);
std::string PartPath(const KeyName& name, Part part);  // REQUIRES: part is not kMaterial
std::string MaterialPath(const KeyName& name, const MaterialId& id);
bool IsMaterialPath(std::string_view path);
std::string AliasPath(const seal::KeyHierarchy& hierarchy, const AliasName& name);
std::string DuePath(Timestamp due, const KeyName& name);
std::string OutboxPath(const ByteArray<16>& event_id);
std::string ClockPath();

// Prefixes for ranges.
std::string HeadPrefix(AccountId account, Region region);
std::string PartPrefix(const KeyName& name);
std::string AliasPrefix(AccountId account, Region region);
std::string DuePrefix();
std::string OutboxPrefix();

// The key of a head's path; nothing when it is none.
std::optional<KeyName> ParseHeadPath(std::string_view path);
// Account and Region of an alias' path, which does not hold the name; nothing when it is none.
std::optional<AliasName> ParseAliasPath(std::string_view path);

}  // namespace kagimori::keys

#endif  // KAGIMORI_KEYS_PATHS_H_
