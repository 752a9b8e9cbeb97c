#include "keys/grant_check.h"

#include <fmt/format.h>

#include <optional>

#include "keys/grant_paths.h"
#include "keys/grant_records.h"
#include "seal/path.h"

namespace kagimori::keys {

void GrantCheck::TakeKey(const KeyName& key, bool dying) {
  keys_.insert(key);
  if (dying) dying_.insert(key);
}

void GrantCheck::TakeGrant(const Grant& grant, std::string_view path) {
  if (!keys_.contains(grant.key)) orphans_.emplace(path);
  Sum& sum = heads_[GranteeHeadPath(grant.key, grant.id.grantee)].grants;
  ++sum.count;
  sum.hash.Add(GrantTag(*hierarchy_, grant.key, grant.id));
  ++counts_[GrantCountPath(grant.key, CountPartOf(grant.id))].grants;
  if (!grant.name.empty()) references_[GrantNamePath(*hierarchy_, grant)].grants = true;
  if (IsListedAsRetirable(grant))
    references_[RetirablePath(*hierarchy_, *grant.retiring, grant.key, grant.id)].grants = true;
}

Result<> GrantCheck::Take(std::string_view path, const seal::OpenedRecord& record) {
  auto misplaced = [] { return Fail(ErrorKind::kCorrupt, "the path is none of a grant's"); };
  if (path[0] == static_cast<char>(seal::RecordType::kRetirable)) {
    std::optional<RetirablePathParts> parts = ParseRetirablePath(path);
    if (!parts) return misplaced();
    if (!dying_.contains(parts->key)) references_[std::string(path)].record = true;
    return {};
  }
  std::optional<GrantRecordPath> parts = ParseGrantRecordPath(path);
  if (!parts) return misplaced();
  if (dying_.contains(parts->key)) return {};
  switch (parts->kind) {
    case GrantRecordKind::kGrant: {
      Grant grant{.key = parts->key, .id = parts->id, .grantee = {}};
      KAGIMORI_RETURN_IF_ERROR(records::DecodeGrant(record.message, &grant));
      TakeGrant(grant, path);
      return {};
    }
    case GrantRecordKind::kGrantee: {
      KAGIMORI_ASSIGN_OR_RETURN(GranteeHead head, records::DecodeGranteeHead(record.message));
      heads_[std::string(path)].record = {.count = head.count, .hash = head.hash};
      return {};
    }
    case GrantRecordKind::kCount: {
      KAGIMORI_ASSIGN_OR_RETURN(counts_[std::string(path)].record, records::DecodeGrantCount(record.message));
      return {};
    }
    case GrantRecordKind::kName:
      references_[std::string(path)].record = true;
      return {};
  }
  return misplaced();
}

void GrantCheck::Finish(const std::function<void(const std::string&, const std::string&)>& find) const {
  for (const std::string& path : orphans_) find(path, "is extra: it is a grant on a key that is not there");
  for (const auto& [path, head] : heads_) {
    if (head.grants == head.record) continue;
    find(path, fmt::format("does not fit: it says {} grants of this grantee, {} are there{}", head.record.count,
                           head.grants.count, head.record.count == head.grants.count ? ", but others" : ""));
  }
  for (const auto& [path, count] : counts_) {
    if (count.grants == count.record) continue;
    find(path, fmt::format("does not fit: it counts {} grants, {} are there", count.record, count.grants));
  }
  for (const auto& [path, reference] : references_) {
    if (reference.grants == reference.record) continue;
    find(path, reference.grants ? "is missing: a grant is to be found by it" : "is extra: it leads to no grant");
  }
}

}  // namespace kagimori::keys
