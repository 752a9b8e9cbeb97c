#include "parameters/reaper.h"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "parameters/change.h"
#include "parameters/open_records.h"
#include "parameters/paths.h"
#include "parameters/records.h"
#include "seal/path.h"
#include "seal/sealed_record.h"
#include "store/blocking.h"

namespace kagimori::parameters {
namespace {

constexpr size_t kPage = 100;
constexpr size_t kPartsPerStep = store::kMaxTransactionOperations - 20;  // entries and what goes last need some, too

// Calls handle(record) for each record of a range; the first error after all were handled.
template <class Handle>
Result<> ForEach(store::Store& store, std::string begin, std::string end, Handle&& handle) {
  std::optional<Error> first;
  while (true) {
    KAGIMORI_ASSIGN_OR_RETURN(store::RangeResult range,
                              store::RangeAndWait(store, {.begin = begin, .end = end, .limit = kPage}));
    for (const store::Record& record : range.records) {
      Result<> handled = handle(record);
      // A conflict is a caller who was faster; the next run looks again.
      if (!handled && handled.error().kind != ErrorKind::kConflict && !first) first = std::move(handled).error();
    }
    if (!range.more) break;
    begin = range.records.back().key + '\0';
  }
  if (first) return std::unexpected(*std::move(first));
  return {};
}

}  // namespace

Result<size_t> Reaper::RunOnce() {
  size_t expired = 0;
  Result<> due =
      ForEach(*store_, DuePrefix(), DuePathUpTo(clock_->Service()), [&](const store::Record& record) -> Result<> {
        KAGIMORI_ASSIGN_OR_RETURN(bool ended, Expire(record));
        if (ended) ++expired;
        return {};
      });
  const std::string gone = seal::Path(seal::RecordType::kParameterGone).text();
  Result<> cleaned =
      ForEach(*store_, gone, seal::PrefixEnd(gone), [this](const store::Record& record) { return Clean(record); });
  KAGIMORI_RETURN_IF_ERROR(due);
  KAGIMORI_RETURN_IF_ERROR(cleaned);
  return expired;
}

Result<bool> Reaper::Expire(const store::Record& due) {
  std::optional<std::string> path = HeadOfDue(due.key);
  if (!path) return Fail(ErrorKind::kCorrupt, "a path of the parameters' schedule is malformed");
  KAGIMORI_ASSIGN_OR_RETURN(store::GetResult got, store::GetAndWait(*store_, {*path}));
  if (!got.records.at(0)) return false;  // deleted meanwhile, and its date with it
  KAGIMORI_ASSIGN_OR_RETURN(Parameter parameter, OpenHead(*hierarchy_, *got.records[0]));
  if (!parameter.GoneAt(clock_->Service())) return false;
  const ParameterName name = parameter.name;
  KAGIMORI_ASSIGN_OR_RETURN(got, store::GetAndWait(*store_, {CountsPath(name.account, name.region)}));
  if (!got.records.at(0)) return Fail(ErrorKind::kCorrupt, "a parameter that is there is not counted");
  KAGIMORI_ASSIGN_OR_RETURN(Counts counts, OpenCounts(*hierarchy_, name.account, *got.records[0]));
  uint64_t& count = counts.of(parameter.current.tier);
  if (count == 0) return Fail(ErrorKind::kCorrupt, "a parameter that is there is not counted");
  --count;
  Event event = make_event_(parameter);
  Change change;
  change.parameters.push_back({.before = std::make_shared<const Parameter>(std::move(parameter)),
                               .after = std::nullopt,
                               .labels = std::nullopt,
                               .tags = std::nullopt});
  change.counts = counts;
  KAGIMORI_ASSIGN_OR_RETURN(store::Transaction transaction,
                            BuildTransaction(*hierarchy_, change, std::move(event.put)));
  const Result<store::Revision> done = store::CommitAndWait(*store_, std::move(transaction));
  table_->Forget(name);
  KAGIMORI_RETURN_IF_ERROR(done);
  KAGIMORI_RETURN_IF_ERROR(event.deliver());
  return true;
}

Result<> Reaper::Clean(const store::Record& record) {
  std::optional<Place> place = PlaceOf(record.key);
  if (!place) return Fail(ErrorKind::kCorrupt, "the path of a deleted parameter is malformed");
  KAGIMORI_ASSIGN_OR_RETURN(seal::OpenedRecord opened,
                            seal::OpenRecord(*hierarchy_, record.key, place->account, record.value));
  KAGIMORI_ASSIGN_OR_RETURN(records::Gone gone, records::DecodeGone(opened.message));
  const ParameterName name{.account = place->account, .region = place->region, .name = gone.name};
  const std::string prefix = PartPrefix(name, gone.id);
  while (true) {
    KAGIMORI_ASSIGN_OR_RETURN(
        store::RangeResult parts,
        store::RangeAndWait(*store_, {.begin = prefix, .end = seal::PrefixEnd(prefix), .limit = kPartsPerStep}));
    store::Transaction step;
    for (store::Record& part : parts.records) step.deletes.push_back(std::move(part.key));
    if (!parts.more) {
      // A successor of the same name needs the entries, which are its own as well.
      const std::string head = HeadPath(*hierarchy_, name);
      KAGIMORI_ASSIGN_OR_RETURN(store::GetResult successor, store::GetAndWait(*store_, {head}));
      if (!successor.records.at(0)) {
        step.preconditions.push_back({head, 0});
        for (std::string& entry : EntryPaths(*hierarchy_, name)) step.deletes.push_back(std::move(entry));
      }
      step.deletes.push_back(record.key);
    }
    KAGIMORI_RETURN_IF_ERROR(store::CommitAndWait(*store_, std::move(step)));
    if (!parts.more) return {};
  }
}

}  // namespace kagimori::parameters
