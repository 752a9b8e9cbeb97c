#include "parameters/change.h"

#include <string>
#include <utility>

#include "parameters/paths.h"
#include "parameters/records.h"
#include "seal/sealed_record.h"

namespace kagimori::parameters {
namespace {

class Builder {
 public:
  explicit Builder(const seal::KeyHierarchy& hierarchy) : hierarchy_(hierarchy) {}

  Result<> Add(const ParameterChange& change) {
    const ParameterName& name = change.before != nullptr ? change.before->name : change.after->name;
    Require(HeadPath(hierarchy_, name), change.before != nullptr ? change.before->revision : 0);
    // A parameter that has expired goes as another takes its name.
    const bool replaced = change.before != nullptr && change.after && change.before->id != change.after->id;
    if (change.before != nullptr && (replaced || !change.after)) Remove(*change.before, !replaced);
    if (!change.after) return {};
    return PutParameter(change, replaced || change.before == nullptr);
  }

  void PutCounts(AccountId account, Region region, const Counts& counts) {
    std::string path = CountsPath(account, region);
    Require(path, counts.revision);
    Put(std::move(path), account, counts.version + 1, records::EncodeCounts(counts));
  }
  void Require(std::string path, store::Revision revision) {
    transaction_.preconditions.push_back({std::move(path), revision});
  }
  void Put(store::Put put) { transaction_.puts.push_back(std::move(put)); }
  store::Transaction Take() && { return std::move(transaction_); }

 private:
  void Put(std::string path, AccountId account, uint64_t version, std::string_view message) {
    Bytes sealed = seal::SealRecord(hierarchy_, {.path = path, .account = account, .version = version}, message);
    transaction_.puts.push_back({std::move(path), std::move(sealed)});
  }
  // A record with a version in it, and maybe a wrapped value in that.
  Result<> PutVersion(std::string path, AccountId account, uint64_t record_version, const Version& version,
                      std::string_view message) {
    if (version.wrapped.empty()) {
      Put(std::move(path), account, record_version, message);
      return {};
    }
    KAGIMORI_ASSIGN_OR_RETURN(
        Bytes sealed,
        seal::SealRecordWithSecret(hierarchy_, {.path = path, .account = account, .version = record_version},
                                   version.wrapped, message));
    transaction_.puts.push_back({std::move(path), std::move(sealed)});
    return {};
  }

  void Remove(const Parameter& parameter, bool head_too) {
    if (head_too) transaction_.deletes.push_back(HeadPath(hierarchy_, parameter.name));
    if (parameter.expires) transaction_.deletes.push_back(DuePath(hierarchy_, *parameter.expires, parameter.name));
    Put(GonePath(parameter.name, parameter.id), parameter.name.account, 1,
        records::EncodeGone({.name = parameter.name.name, .id = parameter.id}));
  }

  Result<> PutParameter(const ParameterChange& change, bool is_new) {
    const Parameter* before = is_new ? nullptr : change.before.get();
    Parameter after = *change.after;
    const AccountId account = after.name.account;
    // Goes on from a predecessor's of the same name, so that no version is used twice under one path.
    after.head_version = (change.before != nullptr ? change.before->head_version : 0) + 1;
    if (before != nullptr && before->current.number != after.current.number) {
      KAGIMORI_RETURN_IF_ERROR(PutVersion(VersionPath(after.name, after.id, before->current.number), account, 1,
                                          before->current, records::EncodeVersion(after.id, before->current)));
      for (uint64_t number = before->oldest; number < after.oldest; ++number) {
        transaction_.deletes.push_back(VersionPath(after.name, after.id, number));
      }
    }
    if (is_new) {
      for (std::string& entry : EntryPaths(hierarchy_, after.name)) Put(std::move(entry), account, 1, {});
    }
    if (change.labels) {
      PutPart(after, Part::kLabels, change.labels->empty(), records::EncodeLabels(*change.labels),
              &after.labels_version);
    }
    if (change.tags) {
      PutPart(after, Part::kTags, change.tags->empty(), records::EncodeTags(*change.tags), &after.tags_version);
    }
    MoveDue(before, after);
    return PutVersion(HeadPath(hierarchy_, after.name), account, after.head_version, after.current,
                      records::EncodeHead(after));
  }

  // Puts the part's record, or deletes it when nothing is left of it.
  void PutPart(const Parameter& parameter, Part part, bool empty, const std::string& message, uint64_t* version) {
    std::string path = PartPath(parameter.name, parameter.id, part);
    if (empty) {
      if (*version != 0) transaction_.deletes.push_back(std::move(path));
      *version = 0;
      return;
    }
    *version = parameter.head_version;
    Put(std::move(path), parameter.name.account, *version, message);
  }

  // What expires is also found by time.
  void MoveDue(const Parameter* before, const Parameter& after) {
    const std::optional<Timestamp> old = before != nullptr ? before->expires : std::nullopt;
    if (old == after.expires) return;
    if (old) transaction_.deletes.push_back(DuePath(hierarchy_, *old, after.name));
    if (after.expires) Put(DuePath(hierarchy_, *after.expires, after.name), after.name.account, 1, {});
  }

  const seal::KeyHierarchy& hierarchy_;
  store::Transaction transaction_;
};

}  // namespace

Result<store::Transaction> BuildTransaction(const seal::KeyHierarchy& hierarchy, const Change& change,
                                            std::optional<store::Put> event) {
  Builder builder(hierarchy);
  for (const store::Precondition& condition : change.permitted_by) builder.Require(condition.key, condition.revision);
  for (const ParameterChange& parameter : change.parameters) KAGIMORI_RETURN_IF_ERROR(builder.Add(parameter));
  if (change.counts && !change.parameters.empty()) {
    const ParameterChange& first = change.parameters.front();
    const ParameterName& name = first.before != nullptr ? first.before->name : first.after->name;
    builder.PutCounts(name.account, name.region, *change.counts);
  }
  if (event) builder.Put(*std::move(event));
  return std::move(builder).Take();
}

}  // namespace kagimori::parameters
