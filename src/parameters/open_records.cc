#include "parameters/open_records.h"

#include <optional>

#include "parameters/paths.h"
#include "parameters/records.h"
#include "seal/sealed_record.h"

namespace kagimori::parameters {

Result<Parameter> OpenHead(const seal::KeyHierarchy& hierarchy, const store::Record& record) {
  std::optional<Place> place = PlaceOf(record.key);
  if (!place) return Fail(ErrorKind::kCorrupt, "the path is no parameter's");
  KAGIMORI_ASSIGN_OR_RETURN(seal::OpenedRecord opened,
                            seal::OpenRecord(hierarchy, record.key, place->account, record.value));
  Parameter parameter{.name = {.account = place->account, .region = place->region, .name = {}}};
  KAGIMORI_RETURN_IF_ERROR(records::DecodeHead(opened.message, &parameter));
  if (HeadPath(hierarchy, parameter.name) != record.key)
    return Fail(ErrorKind::kCorrupt, "a parameter stands under another one's name");
  parameter.head_version = opened.version;
  parameter.revision = record.revision;
  return parameter;
}

Result<Counts> OpenCounts(const seal::KeyHierarchy& hierarchy, AccountId account, const store::Record& record) {
  KAGIMORI_ASSIGN_OR_RETURN(seal::OpenedRecord opened, seal::OpenRecord(hierarchy, record.key, account, record.value));
  KAGIMORI_ASSIGN_OR_RETURN(Counts counts, records::DecodeCounts(opened.message));
  counts.version = opened.version;
  counts.revision = record.revision;
  return counts;
}

}  // namespace kagimori::parameters
