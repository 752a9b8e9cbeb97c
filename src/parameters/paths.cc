#include "parameters/paths.h"

#include "seal/path.h"
#include "seal/sealed_record.h"

namespace kagimori::parameters {
namespace {

using seal::Path;
using seal::RecordType;

constexpr size_t kMarkerSize = 16;
constexpr size_t kPlaceSize = 1 + 6 + 2;  // type, account, Region
constexpr size_t kEntrySize = kPlaceSize + kMarkerSize + 1 + kMarkerSize;
constexpr size_t kDueSize = 1 + 8 + 6 + 2 + kMarkerSize;
// Behind a level's marker.
constexpr uint8_t kRightBelow = 0;
constexpr uint8_t kFurtherBelow = 1;

Path In(RecordType type, const ParameterName& of) {
  Path path(type);
  path.Account(of.account).InRegion(of.region);
  return path;
}

// NameMarker's kind is the record type, so that a level and a parameter of the same name have different markers.
ByteArray<16> Marker(const seal::KeyHierarchy& hierarchy, RecordType kind, const ParameterName& name) {
  return seal::NameMarker(hierarchy, name.account, static_cast<uint8_t>(kind), name.region.number(), name.name);
}

std::string LevelPrefix(const seal::KeyHierarchy& hierarchy, const ParameterName& level) {
  return In(RecordType::kParameterEntry, level).Raw(Marker(hierarchy, RecordType::kParameterEntry, level)).text();
}

}  // namespace

std::string HeadPath(const seal::KeyHierarchy& hierarchy, const ParameterName& name) {
  return In(RecordType::kParameter, name).Raw(Marker(hierarchy, RecordType::kParameter, name)).text();
}

std::string HeadPrefix(AccountId account, Region region) {
  return Path(RecordType::kParameter).Account(account).InRegion(region).text();
}

std::string PartPrefix(const ParameterName& of, const ParameterId& id) {
  return In(RecordType::kParameterPart, of).Raw(id).text();
}

std::string PartPath(const ParameterName& of, const ParameterId& id, Part part) {
  return PartPrefix(of, id) + static_cast<char>(part);
}

std::string VersionPath(const ParameterName& of, const ParameterId& id, uint64_t number) {
  return In(RecordType::kParameterPart, of)
      .Raw(id)
      .Number<1>(static_cast<uint8_t>(Part::kVersion))
      .Number<8>(number)
      .text();
}

std::vector<std::string> LevelsAbove(std::string_view name) {
  std::vector<std::string> levels;
  if (!name.starts_with('/')) return levels;
  for (size_t slash = name.find('/', 1); slash != name.npos; slash = name.find('/', slash + 1)) {
    levels.emplace_back(name.substr(0, slash));
  }
  return levels;
}

std::vector<std::string> EntryPaths(const seal::KeyHierarchy& hierarchy, const ParameterName& name) {
  const ByteArray<16> own = Marker(hierarchy, RecordType::kParameter, name);
  std::vector<std::string> levels = LevelsAbove(name.name);
  if (levels.empty()) levels.emplace_back("/");
  std::vector<std::string> paths;
  for (size_t i = 0; i < levels.size(); ++i) {
    std::string path = LevelPrefix(hierarchy, {name.account, name.region, levels[i]});
    path.push_back(static_cast<char>(i + 1 == levels.size() ? kRightBelow : kFurtherBelow));
    paths.push_back(path.append(AsText(own)));
  }
  return paths;
}

std::string EntryPrefix(const seal::KeyHierarchy& hierarchy, const ParameterName& level, Depth depth) {
  // Everything is below the root.
  if (level.name == "/" && depth == Depth::kAll) return HeadPrefix(level.account, level.region);
  std::string prefix = LevelPrefix(hierarchy, level);
  if (depth == Depth::kOneLevel) prefix.push_back(static_cast<char>(kRightBelow));
  return prefix;
}

std::optional<std::string> HeadOfEntry(std::string_view entry) {
  if (entry.size() == kPlaceSize + kMarkerSize && entry[0] == static_cast<char>(RecordType::kParameter))
    return std::string(entry);
  if (entry.size() != kEntrySize || entry[0] != static_cast<char>(RecordType::kParameterEntry)) return std::nullopt;
  std::string head(1, static_cast<char>(RecordType::kParameter));
  return head.append(entry, 1, kPlaceSize - 1).append(entry.substr(kEntrySize - kMarkerSize));
}

std::string CountsPath(AccountId account, Region region) {
  return Path(RecordType::kParameterCounts).Account(account).InRegion(region).text();
}

std::string DuePath(const seal::KeyHierarchy& hierarchy, Timestamp due, const ParameterName& name) {
  return Path(RecordType::kParameterDue)
      .Time(due.millis)
      .Account(name.account)
      .InRegion(name.region)
      .Raw(Marker(hierarchy, RecordType::kParameter, name))
      .text();
}
std::string DuePathUpTo(Timestamp time) { return Path(RecordType::kParameterDue).Time(time.millis + 1).text(); }
std::string DuePrefix() { return Path(RecordType::kParameterDue).text(); }

std::optional<std::string> HeadOfDue(std::string_view due) {
  if (due.size() != kDueSize || due[0] != static_cast<char>(RecordType::kParameterDue)) return std::nullopt;
  std::string head(1, static_cast<char>(RecordType::kParameter));
  return head.append(due.substr(1 + 8));
}

std::string GonePath(const ParameterName& of, const ParameterId& id) {
  return In(RecordType::kParameterGone, of).Raw(id).text();
}

std::optional<Place> PlaceOf(std::string_view path) {
  if (path.size() < kPlaceSize) return std::nullopt;
  ByteView bytes = AsBytes(path);
  auto region = Region::FromNumber(static_cast<uint16_t>(ReadBe(bytes.subspan(7, 2))));
  if (!region) return std::nullopt;
  return Place{AccountId::FromNumber(ReadBe(bytes.subspan(1, 6))), *region};
}

}  // namespace kagimori::parameters
