#include "keys/grant_table.h"

#include <algorithm>
#include <utility>

#include "crypto/random.h"
#include "keys/account_principals.h"
#include "keys/grant_paths.h"
#include "keys/grant_records.h"
#include "keys/store_reads.h"
#include "seal/path.h"
#include "seal/sealed_record.h"

namespace kagimori::keys {
namespace {

using Grants = std::vector<std::shared_ptr<const Grant>>;

// A commit between two reads of one load shows as a mismatch; more of them in a row than this mean damage.
constexpr int kMaxReads = 8;
// Opened one after the other on the thread that asked, which must not be held up: half a millisecond's worth.
constexpr size_t kPageRecords = 100;

Result<GranteeHead> OpenHead(const seal::KeyHierarchy& hierarchy, AccountId account,
                             const std::optional<store::Record>& record) {
  if (!record) return GranteeHead{};
  KAGIMORI_ASSIGN_OR_RETURN(seal::OpenedRecord opened,
                            seal::OpenRecord(hierarchy, record->key, account, record->value));
  KAGIMORI_ASSIGN_OR_RETURN(GranteeHead head, records::DecodeGranteeHead(opened.message));
  head.version = opened.version;
  head.revision = record->revision;
  return head;
}

Result<GrantCount> OpenCount(const seal::KeyHierarchy& hierarchy, AccountId account,
                             const std::optional<store::Record>& record) {
  if (!record) return GrantCount{};
  KAGIMORI_ASSIGN_OR_RETURN(seal::OpenedRecord opened,
                            seal::OpenRecord(hierarchy, record->key, account, record->value));
  KAGIMORI_ASSIGN_OR_RETURN(uint64_t count, records::DecodeGrantCount(opened.message));
  return GrantCount{.count = count, .version = opened.version, .revision = record->revision};
}

std::vector<std::string> PlacePaths(const KeyName& key, const GrantId& id) {
  std::vector<std::string> paths = {GranteeHeadPath(key, id.grantee)};
  for (size_t part = 0; part < kGrantCountParts; ++part) paths.push_back(GrantCountPath(key, part));
  return paths;
}

// REQUIRES: `records` is what stands at PlacePaths.
Result<GrantPlace> OpenPlace(const seal::KeyHierarchy& hierarchy, AccountId account, const GrantId& id,
                             const std::vector<std::optional<store::Record>>& records) {
  GrantPlace place;
  KAGIMORI_ASSIGN_OR_RETURN(place.head, OpenHead(hierarchy, account, records[0]));
  for (size_t part = 0; part < kGrantCountParts; ++part) {
    KAGIMORI_ASSIGN_OR_RETURN(GrantCount count, OpenCount(hierarchy, account, records[1 + part]));
    place.on_the_key += count.count;
    if (part == CountPartOf(id)) place.count = count;
  }
  return place;
}

bool IsWhole(const seal::KeyHierarchy& hierarchy, const Grants& grants, const GranteeHead& head) {
  if (grants.size() != head.count) return false;
  crypto::MultisetHash hash;
  for (const auto& grant : grants) hash.Add(GrantTag(hierarchy, grant->key, grant->id));
  return hash == head.hash;
}

Result<GrantId> OpenName(const seal::KeyHierarchy& hierarchy, AccountId account, const store::Record& record) {
  KAGIMORI_ASSIGN_OR_RETURN(seal::OpenedRecord opened, seal::OpenRecord(hierarchy, record.key, account, record.value));
  return records::DecodeGrantName(opened.message);
}

}  // namespace

GrantTable::GrantTable(const seal::KeyHierarchy* hierarchy, store::Store* store, size_t max_bytes)
    : hierarchy_(hierarchy),
      store_(store),
      cache_(max_bytes),
      accounts_(std::make_unique<AccountPrincipals>(hierarchy, store)),
      principals_(accounts_.get()) {}

Task<Result<std::shared_ptr<const GrantSet>>> GrantTable::Load(GranteeName name) {
  static const auto kEmpty = std::make_shared<const GrantSet>();
  const ByteArray<16> marker = GranteeMarker(*hierarchy_, name);
  const std::string head_path = GranteeHeadPath(name.key, marker);
  for (int read = 0; read < kMaxReads; ++read) {
    uint64_t ticket = cache_.BeginLoad();
    Result<store::GetResult> found = co_await GetOne(store_, head_path);
    if (!found) co_return std::unexpected(std::move(found).error());
    Result<GranteeHead> head = OpenHead(*hierarchy_, name.key.account, found->records[0]);
    if (!head) co_return std::unexpected(std::move(head).error());
    std::shared_ptr<const GrantSet> set = kEmpty;
    if (head->count > 0) {
      Result<Grants> grants = co_await ReadAll(name.key, marker, head->count);
      if (!grants) co_return std::unexpected(std::move(grants).error());
      if (!IsWhole(*hierarchy_, *grants, *head)) continue;
      set = std::make_shared<const GrantSet>(*std::move(grants));
    }
    constexpr size_t kEntryCost = 512;  // the entry itself, with its name
    if (cache_.Insert(ticket, name, set, kEntryCost + set->cost())) co_return set;
  }
  co_return Fail(ErrorKind::kCorrupt,
                 "the grants of a grantee on key " + name.key.Arn() + " are not those of their head");
}

Task<Result<Grants>> GrantTable::ReadAll(KeyName key, ByteArray<16> marker, uint64_t count) {
  Grants grants;
  std::string begin = GrantsPrefix(key, marker);
  const std::string end = seal::PrefixEnd(begin);
  while (true) {
    Result<store::RangeResult> page = co_await GetRange(store_, begin, end, kPageRecords);
    if (!page) co_return std::unexpected(std::move(page).error());
    for (const store::Record& record : page->records) {
      Result<std::shared_ptr<const Grant>> grant = records::OpenGrant(*hierarchy_, record);
      if (!grant) co_return std::unexpected(std::move(grant).error());
      grants.push_back(*std::move(grant));
    }
    if (!page->more || grants.size() > count) co_return grants;
    begin = page->records.back().key + '\0';
  }
}

Task<Result<std::shared_ptr<const Grant>>> GrantTable::Find(KeyName key, GrantId id) {
  Result<store::GetResult> found = co_await GetOne(store_, GrantPath(key, id));
  if (!found) co_return std::unexpected(std::move(found).error());
  if (!found->records[0]) co_return std::shared_ptr<const Grant>();
  co_return records::OpenGrant(*hierarchy_, *found->records[0]);
}

Task<Result<GrantTable::Draft>> GrantTable::Prepare(Grant grant) {
  Draft draft;
  crypto::FillRandomId(draft.id.random);
  draft.id.grantee = GranteeMarker(*hierarchy_, {.key = grant.key, .grantee = grant.grantee.form});
  std::vector<std::string> paths = PlacePaths(grant.key, draft.id);
  if (!grant.name.empty()) paths.push_back(GrantNamePath(*hierarchy_, grant));
  Result<store::GetResult> found = co_await GetRecords(store_, std::move(paths));
  if (!found) co_return std::unexpected(std::move(found).error());
  Result<GrantPlace> place = OpenPlace(*hierarchy_, grant.key.account, draft.id, found->records);
  if (!place) co_return std::unexpected(std::move(place).error());
  draft.place = *std::move(place);
  if (grant.name.empty() || !found->records.back()) co_return draft;

  const store::Record& name = *found->records.back();
  Result<GrantId> id = OpenName(*hierarchy_, grant.key.account, name);
  if (!id) co_return std::unexpected(std::move(id).error());
  Result<std::shared_ptr<const Grant>> same = co_await Find(grant.key, *id);
  if (!same) co_return std::unexpected(std::move(same).error());
  // Gone between the two reads: then so is the name's record, and the commit is a conflict.
  if (*same != nullptr && SamenessOf(**same) != SamenessOf(grant))
    co_return Fail(ErrorKind::kCorrupt, "the record of a grant's name leads to another grant");
  draft.place.name_revision = name.revision;
  draft.same = *std::move(same);
  co_return draft;
}

Task<Result<GrantPlace>> GrantTable::FindPlace(std::shared_ptr<const Grant> grant) {
  Result<store::GetResult> found = co_await GetRecords(store_, PlacePaths(grant->key, grant->id));
  if (!found) co_return std::unexpected(std::move(found).error());
  co_return OpenPlace(*hierarchy_, grant->key.account, grant->id, found->records);
}

Task<Result<GrantTable::Page>> GrantTable::List(KeyName key, std::optional<PrincipalForm> grantee, std::string from,
                                                size_t limit) {
  std::string prefix = GrantsPrefix(key);
  if (grantee) prefix = GrantsPrefix(key, GranteeMarker(*hierarchy_, {.key = key, .grantee = *std::move(grantee)}));
  std::string begin = from.empty() ? prefix : std::move(from);
  Result<store::RangeResult> range = co_await GetRange(store_, std::move(begin), seal::PrefixEnd(prefix), limit);
  if (!range) co_return std::unexpected(std::move(range).error());
  Page page;
  for (const store::Record& record : range->records) {
    Result<std::shared_ptr<const Grant>> grant = records::OpenGrant(*hierarchy_, record);
    if (!grant) co_return std::unexpected(std::move(grant).error());
    page.grants.push_back(*std::move(grant));
  }
  if (range->more) page.next = range->records.back().key + '\0';
  co_return page;
}

Task<Result<GrantTable::Page>> GrantTable::ListRetirable(GrantPrincipal retiring, Region region, std::string from,
                                                         size_t limit) {
  std::string prefix = RetirablePrefix(*hierarchy_, retiring, region);
  std::string begin = from.empty() ? prefix : std::move(from);
  Result<store::RangeResult> range = co_await GetRange(store_, std::move(begin), seal::PrefixEnd(prefix), limit);
  if (!range) co_return std::unexpected(std::move(range).error());
  std::vector<std::string> paths;
  for (const store::Record& record : range->records) {
    std::optional<RetirablePathParts> parts = ParseRetirablePath(record.key);
    if (!parts) co_return Fail(ErrorKind::kCorrupt, "a path among the retirable grants is none of one");
    Result<seal::OpenedRecord> opened = seal::OpenRecord(*hierarchy_, record.key, retiring.account, record.value);
    if (!opened) co_return std::unexpected(std::move(opened).error());
    paths.push_back(GrantPath(parts->key, parts->id));
  }
  Page page;
  if (range->more) page.next = range->records.back().key + '\0';
  if (paths.empty()) co_return page;
  Result<store::GetResult> found = co_await GetRecords(store_, std::move(paths));
  if (!found) co_return std::unexpected(std::move(found).error());
  for (const std::optional<store::Record>& record : found->records) {
    if (!record) continue;  // retired between the two reads
    Result<std::shared_ptr<const Grant>> grant = records::OpenGrant(*hierarchy_, *record);
    if (!grant) co_return std::unexpected(std::move(grant).error());
    if ((*grant)->retiring && (*grant)->retiring->form == retiring.form) page.grants.push_back(*std::move(grant));
  }
  co_return page;
}

}  // namespace kagimori::keys
