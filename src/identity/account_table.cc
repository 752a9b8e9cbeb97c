#include "identity/account_table.h"

#include <utility>
#include <vector>

#include "identity/account_records.h"
#include "identity/stored_records.h"
#include "net/await.h"
#include "seal/path.h"
#include "seal/sealed_record.h"

namespace kagimori::identity {
namespace {

using SnapshotPtr = std::shared_ptr<const AccountSnapshot>;

// A commit that goes by while an account is read shows as another revision of the head; more of them in a row than
// this are answered as unavailable.
constexpr int kMaxReads = 8;

auto GetRecords(store::Store* store, std::vector<std::string> paths) {
  return net::Await<Result<store::GetResult>>(
      [store, paths = std::move(paths)](auto callback) mutable { store->Get(std::move(paths), std::move(callback)); });
}

auto GetRange(store::Store* store, store::RangeRequest request) {
  return net::Await<Result<store::RangeResult>>([store, request = std::move(request)](auto callback) mutable {
    store->Range(std::move(request), std::move(callback));
  });
}

store::Revision RevisionOf(const std::optional<store::Record>& head) { return head ? head->revision : 0; }

// Sums up and opens the records of one account, in any order.
class AccountReader {
 public:
  AccountReader(const seal::KeyHierarchy& hierarchy, AccountId account) : hierarchy_(hierarchy), account_(account) {}

  Result<> Take(const store::Record& record) {
    const std::optional<EntityPlace> place = ParseEntityPath(account_, record.key);
    if (!place) return Fail(ErrorKind::kCorrupt, "a record among an account's entities is none");
    KAGIMORI_ASSIGN_OR_RETURN(seal::OpenedRecord opened,
                              seal::OpenRecord(hierarchy_, record.key, account_, record.value));
    KAGIMORI_RETURN_IF_ERROR(DecodeEntity(*place, opened.message, opened.version, &parts_));
    hash_.Add(EntityTag(hierarchy_, account_, record.key, opened.version));
    ++count_;
    return {};
  }

  Result<> TakeAccount(const std::optional<store::Record>& record) {
    if (!record) return {};
    KAGIMORI_ASSIGN_OR_RETURN(const OpenedAccount opened, OpenAccount(hierarchy_, account_, record->value));
    info_ = {.name = opened.message.name(), .created = {opened.message.created_millis()}};
    return {};
  }

  Result<SnapshotPtr> Finish(const std::optional<store::Record>& head_record) {
    AccountSnapshot::Head head;
    if (head_record) {
      KAGIMORI_ASSIGN_OR_RETURN(seal::OpenedRecord opened,
                                seal::OpenRecord(hierarchy_, IamHeadPath(account_), account_, head_record->value));
      KAGIMORI_ASSIGN_OR_RETURN(head, DecodeHead(opened.message));
      head.revision = head_record->revision;
      head.version = opened.version;
    }
    if (head.count != count_ || head.hash != hash_) {
      return Fail(ErrorKind::kCorrupt, "the entities of account " + account_.ToString() +
                                           " are not those that its head sums up: one was put back, removed or added");
    }
    return std::make_shared<const AccountSnapshot>(account_, std::move(info_), head, std::move(parts_));
  }

 private:
  const seal::KeyHierarchy& hierarchy_;
  AccountId account_;
  std::optional<AccountSnapshot::Info> info_;
  AccountSnapshot::Parts parts_;
  crypto::MultisetHash hash_;
  uint64_t count_ = 0;
};

}  // namespace

AccountTable::AccountTable(const seal::KeyHierarchy* hierarchy, store::Store* store, CredentialCache* credentials,
                           size_t max_entities)
    : hierarchy_(hierarchy), store_(store), credentials_(credentials), accounts_(max_entities) {}

Task<Result<SnapshotPtr>> AccountTable::Load(AccountId account) {
  for (int read = 0; read < kMaxReads; ++read) {
    // Anew each time: whoever changed the account while it was read leaves the new snapshot there.
    if (SnapshotPtr cached = accounts_.Get(account)) co_return cached;
    const uint64_t ticket = accounts_.BeginLoad();
    Result<SnapshotPtr> snapshot = co_await Read(account);
    if (!snapshot && snapshot.error().kind == ErrorKind::kConflict) continue;
    if (!snapshot) co_return snapshot;
    if ((*snapshot)->head().revision == 0) co_return snapshot;
    if (accounts_.Insert(ticket, account, *snapshot, (*snapshot)->cost())) co_return snapshot;
  }
  co_return Fail(ErrorKind::kUnavailable, "an account's IAM keeps changing");
}

// kConflict: it changed while it was read.
Task<Result<SnapshotPtr>> AccountTable::Read(AccountId account) {
  const std::vector<std::string> heads = {IamHeadPath(account), AccountPath(account)};
  Result<store::GetResult> before = co_await GetRecords(store_, heads);
  if (!before) co_return std::unexpected(std::move(before).error());
  AccountReader reader(*hierarchy_, account);
  const std::string prefix = EntityPrefix(account);
  store::RangeRequest request{.begin = prefix, .end = seal::PrefixEnd(prefix)};
  std::optional<Error> failure;
  for (bool more = true; more && !failure;) {
    Result<store::RangeResult> page = co_await GetRange(store_, request);
    if (!page) co_return std::unexpected(std::move(page).error());
    for (const store::Record& record : page->records) {
      Result<> taken = reader.Take(record);
      if (!taken && !failure) failure = std::move(taken).error();
    }
    more = page->more;
    if (more) request.begin = page->records.back().key + '\0';
  }
  Result<store::GetResult> after = co_await GetRecords(store_, heads);
  if (!after) co_return std::unexpected(std::move(after).error());
  if (RevisionOf(before->records.at(0)) != RevisionOf(after->records.at(0))) {
    co_return Fail(ErrorKind::kConflict, "an account's IAM changed while it was read");
  }
  if (failure) co_return std::unexpected(*std::move(failure));
  if (Result<> taken = reader.TakeAccount(after->records.at(1)); !taken) {
    co_return std::unexpected(std::move(taken).error());
  }
  co_return reader.Finish(after->records[0]);
}

Task<Result<store::Revision>> AccountTable::Commit(const AccountChange& change, std::optional<store::Put> event) {
  std::vector<std::string> paths;
  for (const AccessKeyChange& key : change.access_keys) {
    if (key.what != AccessKeyChange::What::kCreate) paths.push_back(AccessKeyPath(*hierarchy_, key.access_key_id));
  }
  std::vector<std::optional<store::Record>> keys;
  if (!paths.empty()) {
    Result<store::GetResult> got = co_await GetRecords(store_, std::move(paths));
    if (!got) co_return std::unexpected(std::move(got).error());
    keys = std::move(got->records);
  }
  Result<PreparedChange> prepared = PrepareChange(*hierarchy_, change, keys);
  if (!prepared) {
    Result<store::Revision> why = co_await Explain(*change.before, std::move(prepared).error());
    co_return why;
  }
  if (event) prepared->transaction.puts.push_back(*std::move(event));
  Result<store::Revision> revision = co_await net::Await<Result<store::Revision>>(
      [this, &prepared](auto callback) { store_->Commit(std::move(prepared->transaction), std::move(callback)); });
  if (revision) {
    prepared->after->SetRevision(*revision);
    Publish(std::move(prepared->after));
  } else {
    ForgetUpTo(*change.before);
  }
  // After the snapshot: a credential that is read from now on is made of the new one.
  for (const std::string& id : TouchedAccessKeys(change)) credentials_->Invalidate(id);
  co_return revision;
}

// What looks damaged may only be newer than the snapshot that the change is based on.
Task<Result<store::Revision>> AccountTable::Explain(const AccountSnapshot& before, Error failure) {
  ForgetUpTo(before);
  if (failure.kind == ErrorKind::kCorrupt) {
    std::vector<std::string> head_path = {IamHeadPath(before.account())};
    Result<store::GetResult> head = co_await GetRecords(store_, std::move(head_path));
    if (head && RevisionOf(head->records.at(0)) != before.head().revision) failure.kind = ErrorKind::kConflict;
  }
  co_return std::unexpected(std::move(failure));
}

// Not what another change has published since: reading a large account takes longer than changing it, and whoever reads
// while others change it would read for ever.
void AccountTable::ForgetUpTo(const AccountSnapshot& snapshot) {
  std::lock_guard lock(publishing_);
  const SnapshotPtr cached = accounts_.Get(snapshot.account());
  if (cached == nullptr || cached->head().revision <= snapshot.head().revision)
    accounts_.Invalidate(snapshot.account());
}

void AccountTable::Publish(SnapshotPtr snapshot) {
  const AccountId account = snapshot->account();
  const size_t cost = snapshot->cost();
  // One at a time, so that an older one never takes the place of a newer one.
  std::lock_guard lock(publishing_);
  store::Revision& newest = published_[account];
  if (newest > snapshot->head().revision) return;
  newest = snapshot->head().revision;
  accounts_.Invalidate(account);
  accounts_.Insert(accounts_.BeginLoad(), account, std::move(snapshot), cost);
}

store::Precondition StillAs(const AccountSnapshot& snapshot) {
  return {.key = IamHeadPath(snapshot.account()), .revision = snapshot.head().revision};
}

}  // namespace kagimori::identity
