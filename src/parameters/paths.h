#ifndef KAGIMORI_PARAMETERS_PATHS_H_
#define KAGIMORI_PARAMETERS_PATHS_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parameters/parameter.h"
#include "seal/hierarchy.h"

// Where parameters stand in the store (docs/storage-format.md).
namespace kagimori::parameters {

enum class Part : uint8_t { kVersion = 1, kLabels = 2, kTags = 3 };

std::string HeadPath(const seal::KeyHierarchy& hierarchy, const ParameterName& name);
std::string HeadPrefix(AccountId account, Region region);

// REQUIRES (PartPath): part is not kVersion.
std::string PartPath(const ParameterName& of, const ParameterId& id, Part part);
std::string VersionPath(const ParameterName& of, const ParameterId& id, uint64_t number);
std::string PartPrefix(const ParameterName& of, const ParameterId& id);

// The levels above a name, the root apart: "/a/b/c" has "/a" and "/a/b". A name without a slash stands at the root.
std::vector<std::string> LevelsAbove(std::string_view name);
// An entry of the hierarchy for every level above a parameter, the root too where it stands right below it.
std::vector<std::string> EntryPaths(const seal::KeyHierarchy& hierarchy, const ParameterName& name);
// Of the entries below a level ("/", "/a"): those right below it, or all.
enum class Depth : uint8_t { kOneLevel, kAll };
std::string EntryPrefix(const seal::KeyHierarchy& hierarchy, const ParameterName& level, Depth depth);
// The head's path for that of an entry, or of a record of the schedule; nothing when it is none.
std::optional<std::string> HeadOfEntry(std::string_view entry);

std::string CountsPath(AccountId account, Region region);
std::string DuePath(const seal::KeyHierarchy& hierarchy, Timestamp due, const ParameterName& name);
std::string DuePathUpTo(Timestamp time);
std::string DuePrefix();
std::optional<std::string> HeadOfDue(std::string_view due);
std::string GonePath(const ParameterName& of, const ParameterId& id);

// Account and Region in the path of any record of this room but those of the schedule; nothing when it is none.
struct Place {
  AccountId account;
  Region region;
};
std::optional<Place> PlaceOf(std::string_view path);

}  // namespace kagimori::parameters

#endif  // KAGIMORI_PARAMETERS_PATHS_H_
