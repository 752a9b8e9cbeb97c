#include "parameters/parameter_table.h"

#include <algorithm>
#include <utility>

#include "net/await.h"
#include "parameters/open_records.h"
#include "parameters/records.h"
#include "seal/path.h"
#include "seal/sealed_record.h"

namespace kagimori::parameters {
namespace {

auto GetRecords(store::Store* store, std::vector<std::string> paths) {
  return net::Await<Result<store::GetResult>>(
      [store, paths = std::move(paths)](auto callback) mutable { store->Get(std::move(paths), std::move(callback)); });
}

auto GetRange(store::Store* store, store::RangeRequest request) {
  return net::Await<Result<store::RangeResult>>([store, request = std::move(request)](auto callback) mutable {
    store->Range(std::move(request), std::move(callback));
  });
}

// Of the snapshot in memory, roughly.
size_t CostOf(const Parameter& parameter) {
  const Version& version = parameter.current;
  return sizeof(Parameter) + parameter.name.name.size() + version.data_type.size() + version.description.size() +
         version.allowed_pattern.size() + version.policies.size() + version.key_id.size() + version.modified_by.size() +
         version.wrapped.size() + version.ciphertext.size();
}

std::unexpected<Error> Missing(const char* what) {
  return Fail(ErrorKind::kCorrupt, std::string(what) + " is missing");
}

}  // namespace

Result<ParameterPtr> ParameterTable::Open(uint64_t ticket, const std::optional<store::Record>& record) {
  if (!record) return ParameterPtr();
  KAGIMORI_ASSIGN_OR_RETURN(Parameter opened, OpenHead(*hierarchy_, *record));
  auto parameter = std::make_shared<const Parameter>(std::move(opened));
  // One that has changed meanwhile is still what was there when it was asked for; the next lookup reads it again.
  cache_.Insert(ticket, record->key, parameter, CostOf(*parameter));
  return parameter;
}

Task<Result<ParameterPtr>> ParameterTable::Load(ParameterName name) {
  std::string path = HeadPath(*hierarchy_, name);
  ParameterPtr cached = cache_.Get(path);
  if (cached != nullptr) co_return cached;
  const uint64_t ticket = cache_.BeginLoad();
  std::vector<std::string> paths;
  paths.push_back(std::move(path));
  Result<store::GetResult> got = co_await GetRecords(store_, std::move(paths));
  if (!got) co_return std::unexpected(std::move(got).error());
  co_return Open(ticket, got->records.at(0));
}

Task<Result<std::vector<ParameterPtr>>> ParameterTable::LoadPaths(std::vector<std::string> paths) {
  std::vector<ParameterPtr> all(paths.size());
  std::vector<std::string> wanted;
  std::vector<size_t> places;
  for (size_t i = 0; i < paths.size(); ++i) {
    all[i] = cache_.Get(paths[i]);
    if (all[i] != nullptr) continue;
    wanted.push_back(std::move(paths[i]));
    places.push_back(i);
  }
  if (wanted.empty()) co_return all;
  const uint64_t ticket = cache_.BeginLoad();
  Result<store::GetResult> got = co_await GetRecords(store_, std::move(wanted));
  if (!got) co_return std::unexpected(std::move(got).error());
  for (size_t i = 0; i < places.size(); ++i) {
    Result<ParameterPtr> opened = Open(ticket, got->records[i]);
    if (!opened) co_return std::unexpected(std::move(opened).error());
    all[places[i]] = *std::move(opened);
  }
  co_return all;
}

Task<Result<ParameterTable::Page>> ParameterTable::List(ParameterName level, Depth depth, std::string from,
                                                        size_t limit) {
  const std::string prefix = EntryPrefix(*hierarchy_, level, depth);
  const bool heads = prefix == HeadPrefix(level.account, level.region);
  store::RangeRequest request{
      .begin = from.empty() ? prefix : from + '\0', .end = seal::PrefixEnd(prefix), .limit = limit};
  if (!from.empty() && !from.starts_with(prefix))
    co_return Fail(ErrorKind::kInvalid, "a page that is of another listing");
  const uint64_t ticket = cache_.BeginLoad();
  Result<store::RangeResult> range = co_await GetRange(store_, std::move(request));
  if (!range) co_return std::unexpected(std::move(range).error());
  Page page;
  if (range->more) page.next = range->records.back().key;
  std::vector<std::string> paths;
  for (store::Record& record : range->records) {
    if (heads) {
      ParameterPtr cached = cache_.Get(record.key);
      Result<ParameterPtr> opened = cached != nullptr && cached->revision == record.revision
                                        ? Result<ParameterPtr>(std::move(cached))
                                        : Open(ticket, std::move(record));
      if (!opened) co_return std::unexpected(std::move(opened).error());
      page.parameters.push_back(*std::move(opened));
    } else {
      std::optional<std::string> head = HeadOfEntry(record.key);
      if (!head) co_return Fail(ErrorKind::kCorrupt, "an entry of the hierarchy leads nowhere");
      paths.push_back(*std::move(head));
    }
  }
  Result<std::vector<ParameterPtr>> named = co_await LoadPaths(std::move(paths));
  if (!named) co_return std::unexpected(std::move(named).error());
  // The entries of a deleted parameter go a little later than its head.
  for (ParameterPtr& parameter : *named) {
    if (parameter != nullptr) page.parameters.push_back(std::move(parameter));
  }
  co_return page;
}

Task<Result<Version>> ParameterTable::LoadVersion(ParameterPtr parameter, uint64_t number) {
  if (number == parameter->current.number) co_return parameter->current;
  Result<std::vector<Version>> one = co_await LoadVersions(parameter, number, 1);
  if (!one) co_return std::unexpected(std::move(one).error());
  co_return std::move(one->at(0));
}

Task<Result<std::vector<Version>>> ParameterTable::LoadVersions(ParameterPtr parameter, uint64_t first, size_t limit) {
  const Parameter& of = *parameter;
  std::vector<std::string> paths;
  uint64_t number = first;
  for (; number < of.current.number && paths.size() < limit; ++number)
    paths.push_back(VersionPath(of.name, of.id, number));
  std::vector<Version> versions;
  const bool newest_too = number == of.current.number && paths.size() < limit;
  if (!paths.empty()) {
    Result<store::GetResult> got = co_await GetRecords(store_, std::move(paths));
    if (!got) co_return std::unexpected(std::move(got).error());
    for (const std::optional<store::Record>& record : got->records) {
      if (!record) co_return Missing("a version of a parameter");
      Result<seal::OpenedRecord> opened =
          seal::OpenRecord(*hierarchy_, record->key, of.name.account, record->value, uint64_t{1});
      if (!opened) co_return std::unexpected(std::move(opened).error());
      Result<Version> version = records::DecodeVersion(opened->message, of.id);
      if (!version) co_return std::unexpected(std::move(version).error());
      versions.push_back(*std::move(version));
    }
  }
  if (newest_too) versions.push_back(of.current);
  co_return versions;
}

Task<Result<std::string>> ParameterTable::LoadPart(ParameterPtr parameter, Part part, uint64_t version) {
  std::vector<std::string> paths;
  paths.push_back(PartPath(parameter->name, parameter->id, part));
  Result<store::GetResult> got = co_await GetRecords(store_, std::move(paths));
  if (!got) co_return std::unexpected(std::move(got).error());
  const std::optional<store::Record>& record = got->records.at(0);
  if (!record) co_return Missing("a record beside a parameter");
  Result<seal::OpenedRecord> opened =
      seal::OpenRecord(*hierarchy_, record->key, parameter->name.account, record->value, version);
  if (!opened) co_return std::unexpected(std::move(opened).error());
  co_return std::move(opened->message);
}

Task<Result<Labels>> ParameterTable::LoadLabels(ParameterPtr parameter) {
  if (parameter->labels_version == 0) co_return Labels();
  Result<std::string> message = co_await LoadPart(parameter, Part::kLabels, parameter->labels_version);
  if (!message) co_return std::unexpected(std::move(message).error());
  co_return records::DecodeLabels(*message);
}

Task<Result<std::vector<Tag>>> ParameterTable::LoadTags(ParameterPtr parameter) {
  if (parameter->tags_version == 0) co_return std::vector<Tag>();
  Result<std::string> message = co_await LoadPart(parameter, Part::kTags, parameter->tags_version);
  if (!message) co_return std::unexpected(std::move(message).error());
  co_return records::DecodeTags(*message);
}

Task<Result<Counts>> ParameterTable::LoadCounts(AccountId account, Region region) {
  std::vector<std::string> paths;
  paths.push_back(CountsPath(account, region));
  Result<store::GetResult> got = co_await GetRecords(store_, std::move(paths));
  if (!got) co_return std::unexpected(std::move(got).error());
  if (!got->records.at(0)) co_return Counts();
  co_return OpenCounts(*hierarchy_, account, *got->records.at(0));
}

Task<Result<store::Revision>> ParameterTable::Commit(const Change& change, std::optional<store::Put> event) {
  Result<store::Transaction> transaction = BuildTransaction(*hierarchy_, change, std::move(event));
  if (!transaction) co_return std::unexpected(std::move(transaction).error());
  Result<store::Revision> revision = co_await net::Await<Result<store::Revision>>(
      [this, &transaction](auto callback) { store_->Commit(*std::move(transaction), std::move(callback)); });
  // After a conflict, too: what was cached may be what it was about.
  for (const ParameterChange& parameter : change.parameters)
    Forget(parameter.before != nullptr ? parameter.before->name : parameter.after->name);
  co_return revision;
}

}  // namespace kagimori::parameters
