#include "parameters/structure_check.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "parameters/paths.h"
#include "parameters/records.h"
#include "seal/path.h"

namespace kagimori::parameters {
namespace {

using seal::RecordType;

RecordType TypeOf(std::string_view path) { return static_cast<RecordType>(static_cast<uint8_t>(path[0])); }

constexpr size_t kPartPrefixSize = 1 + 6 + 2 + 16;  // type, account, Region, id: PartPrefix

}  // namespace

void StructureCheck::Expect(std::string path, uint64_t version) {
  Place& place = places_[std::move(path)];
  place.named = true;
  place.named_version = version;
}

Result<> StructureCheck::TakeHead(std::string_view path, std::string_view message) {
  const std::optional<parameters::Place> at = PlaceOf(path);
  if (!at) return Fail(ErrorKind::kCorrupt, "the path is no parameter's");
  Parameter parameter{.name = {.account = at->account, .region = at->region, .name = {}}};
  KAGIMORI_RETURN_IF_ERROR(records::DecodeHead(message, &parameter));
  const ParameterName& name = parameter.name;
  if (HeadPath(*hierarchy_, name) != path)
    return Fail(ErrorKind::kCorrupt, "a parameter stands under another one's name");
  for (uint64_t number = parameter.oldest; number < parameter.current.number; ++number) {
    Expect(VersionPath(name, parameter.id, number), 1);
  }
  if (parameter.labels_version != 0) Expect(PartPath(name, parameter.id, Part::kLabels), parameter.labels_version);
  if (parameter.tags_version != 0) Expect(PartPath(name, parameter.id, Part::kTags), parameter.tags_version);
  for (std::string& entry : EntryPaths(*hierarchy_, name)) Expect(std::move(entry), 1);
  if (parameter.expires) Expect(DuePath(*hierarchy_, *parameter.expires, name), 1);
  ++counted_[CountsPath(at->account, at->region)].of(parameter.current.tier);
  return {};
}

// Of a deleted parameter parts and entries go in steps (reaper.h).
Result<> StructureCheck::TakeGone(std::string_view path, std::string_view message) {
  const std::optional<parameters::Place> at = PlaceOf(path);
  if (!at) return Fail(ErrorKind::kCorrupt, "the path is no parameter's");
  KAGIMORI_ASSIGN_OR_RETURN(records::Gone gone, records::DecodeGone(message));
  const ParameterName name{.account = at->account, .region = at->region, .name = std::move(gone.name)};
  left_over_.insert(PartPrefix(name, gone.id));
  for (std::string& entry : EntryPaths(*hierarchy_, name)) left_over_.insert(std::move(entry));
  return {};
}

Result<> StructureCheck::Take(std::string_view path, const seal::OpenedRecord& record) {
  switch (TypeOf(path)) {
    case RecordType::kParameter:
      return TakeHead(path, record.message);
    case RecordType::kParameterGone:
      return TakeGone(path, record.message);
    case RecordType::kParameterCounts: {
      KAGIMORI_ASSIGN_OR_RETURN(said_[std::string(path)], records::DecodeCounts(record.message));
      return {};
    }
    case RecordType::kParameterPart:
    case RecordType::kParameterEntry:
    case RecordType::kParameterDue: {
      Place& place = places_[std::string(path)];
      place.found = true;
      place.found_version = record.version;
      return {};
    }
    default:
      return {};
  }
}

bool StructureCheck::IsLeftOver(std::string_view path) const {
  if (TypeOf(path) == RecordType::kParameterPart) return left_over_.contains(path.substr(0, kPartPrefixSize));
  return left_over_.contains(path);
}

void StructureCheck::Finish(const std::function<void(const std::string&, const std::string&)>& find) const {
  for (const auto& [path, place] : places_) {
    if (!place.found) {
      find(path, "is missing: the parameter's head names it");
    } else if (!place.named) {
      if (!IsLeftOver(path)) find(path, "is extra: no parameter's head names it");
    } else if (place.named_version != place.found_version) {
      find(path, fmt::format("is stale: it is of version {}, the parameter's head names {}", place.found_version,
                             place.named_version));
    }
  }
  auto compare = [&](const std::string& path) {
    const auto said = said_.find(path);
    const auto counted = counted_.find(path);
    const Counts says = said != said_.end() ? said->second : Counts();
    const Counts there = counted != counted_.end() ? counted->second : Counts();
    if (says.standard == there.standard && says.advanced == there.advanced) return;
    find(path, fmt::format("is wrong: it says {} standard and {} advanced parameters, there are {} and {}",
                           says.standard, says.advanced, there.standard, there.advanced));
  };
  for (const auto& [path, counts] : said_) compare(path);
  for (const auto& [path, counts] : counted_) {
    if (!said_.contains(path)) compare(path);
  }
}

}  // namespace kagimori::parameters
