#include "seal/ledger.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "seal/ledger_head.h"
#include "seal/path.h"
#include "seal/sealed_record.h"
#include "store/blocking.h"

namespace kagimori::seal {
namespace {

// Heads that one commit re-seals on the way (2 µs each), while terms rotate.
constexpr size_t kStaleHeadsPerCommit = 8;

struct Account {
  AccountHead head;
  crypto::Sha256Digest tag{};  // of the stored head, in the deployment's sum of heads
  bool stored = false;
};

std::unexpected<Error> Damaged(const std::string& text) { return Fail(ErrorKind::kCorrupt, text); }

Result<> CheckNotOwn(std::string_view path) {
  if (!path.empty() && path[0] != static_cast<char>(RecordType::kHead)) return {};
  return Fail(ErrorKind::kInternal, "the ledger's own records are nobody else's to write");
}

}  // namespace

struct Ledger::State {
  explicit State(const KeyHierarchy* keys) : hierarchy(keys) {}

  RecordSum* SumOf(AccountId account) {
    return account == kNoAccount ? &deployment.records : &accounts[account].head.records;
  }
  // Seals the account's head and takes it into the sum of heads.
  store::Put SealHead(AccountId account, Account* entry);
  std::vector<store::Put> SealHeads(store::Revision last);

  const KeyHierarchy* hierarchy;
  mutable std::mutex mutex;  // of all below
  std::map<AccountId, Account> accounts;
  DeploymentHead deployment;
  TermId deployment_term = 0;
  std::set<AccountId> touched;  // since the last Close
  std::set<AccountId> stale;    // sealed under another term than `sealing_term`
  TermId sealing_term = 0;      // the current one when the last head was sealed
  std::optional<audit::Anchor> next_anchor;
};

store::Put Ledger::State::SealHead(AccountId account, Account* entry) {
  std::string path = LedgerHeadPath(account);
  Bytes sealed = SealAccountHead(*hierarchy, account, entry->head);
  // Made from a term that exists: cannot fail.
  crypto::Sha256Digest tag = LedgerTag(*hierarchy, kNoAccount, path, sealed).value();
  if (entry->stored) deployment.heads.Remove(entry->tag);
  deployment.heads.Add(tag);
  entry->tag = tag;
  entry->stored = true;
  stale.erase(account);
  return {.key = std::move(path), .value = std::move(sealed)};
}

std::vector<store::Put> Ledger::State::SealHeads(store::Revision last) {
  if (TermId now = hierarchy->current_term(); now != sealing_term) {
    sealing_term = now;
    for (auto& [account, entry] : accounts) stale.insert(account);
  }
  std::vector<store::Put> puts;
  for (AccountId account : touched) {
    Account& entry = accounts[account];
    entry.head.revision = last;
    puts.push_back(SealHead(account, &entry));
  }
  touched.clear();
  for (size_t i = 0; i < kStaleHeadsPerCommit && !stale.empty(); ++i) {
    AccountId account = *stale.begin();
    puts.push_back(SealHead(account, &accounts[account]));
  }
  deployment.revision = last;
  if (next_anchor) deployment.anchor = *std::exchange(next_anchor, std::nullopt);
  deployment_term = sealing_term;
  puts.push_back({.key = LedgerHeadPath(kNoAccount), .value = SealDeploymentHead(*hierarchy, deployment)});
  return puts;
}

Ledger::Ledger(std::unique_ptr<State> state) : state_(std::move(state)) {}
Ledger::~Ledger() = default;

Result<store::RecordTag> Ledger::Tag(std::string_view key, ByteView value) {
  KAGIMORI_RETURN_IF_ERROR(CheckNotOwn(key));
  return LedgerTag(*state_->hierarchy, LedgerAccount(key), key, value);
}

Result<> Ledger::Accept(std::span<const store::RecordChange> changes) {
  struct Delta {
    AccountId account;
    std::optional<crypto::Sha256Digest> before;
    std::optional<crypto::Sha256Digest> after;
  };
  // Whatever can fail comes before anything is counted.
  std::vector<Delta> deltas;
  deltas.reserve(changes.size());
  for (const store::RecordChange& change : changes) {
    KAGIMORI_RETURN_IF_ERROR(CheckNotOwn(change.key));
    Delta delta{.account = LedgerAccount(change.key), .before = {}, .after = {}};
    if (change.before) {
      KAGIMORI_ASSIGN_OR_RETURN(delta.before, LedgerTag(*state_->hierarchy, delta.account, change.key, *change.before));
    }
    if (change.after) delta.after = change.after_tag;
    deltas.push_back(delta);
  }
  std::lock_guard lock(state_->mutex);
  for (const Delta& delta : deltas) {
    RecordSum* sum = state_->SumOf(delta.account);
    if (delta.before) sum->Remove(*delta.before);
    if (delta.after) sum->Add(*delta.after);
    if (delta.account != kNoAccount) state_->touched.insert(delta.account);
  }
  return {};
}

std::vector<store::Put> Ledger::Close(store::Revision last) {
  std::lock_guard lock(state_->mutex);
  return state_->SealHeads(last);
}

void Ledger::SetAnchor(const audit::Anchor& anchor) {
  std::lock_guard lock(state_->mutex);
  state_->next_anchor = anchor;
}

audit::Anchor Ledger::anchor() const {
  std::lock_guard lock(state_->mutex);
  return state_->deployment.anchor;
}

store::Revision Ledger::revision() const {
  std::lock_guard lock(state_->mutex);
  return state_->deployment.revision;
}

uint64_t Ledger::stale_heads() const {
  std::lock_guard lock(state_->mutex);
  const TermId current = state_->hierarchy->current_term();
  if (state_->sealing_term != current) return state_->accounts.size() + 1;
  return state_->stale.size() + (state_->deployment_term == current ? 0 : 1);
}

Result<std::unique_ptr<Ledger>> Ledger::Create(const KeyHierarchy* hierarchy, store::Store* store) {
  auto state = std::make_unique<State>(hierarchy);
  state->sealing_term = hierarchy->current_term();
  KAGIMORI_ASSIGN_OR_RETURN(auto snapshot, store->TakeSnapshot());
  std::vector<std::string> old_heads;
  store::RangeRequest request;
  while (true) {
    KAGIMORI_ASSIGN_OR_RETURN(store::RangeResult page, snapshot->Range(request));
    for (const store::Record& record : page.records) {
      if (record.key[0] == static_cast<char>(RecordType::kHead)) {
        old_heads.push_back(record.key);
        continue;
      }
      AccountId account = LedgerAccount(record.key);
      KAGIMORI_ASSIGN_OR_RETURN(auto tag, LedgerTag(*hierarchy, account, record.key, record.value));
      state->SumOf(account)->Add(tag);
      if (account != kNoAccount) state->touched.insert(account);
    }
    if (!page.more) break;
    request.begin = page.records.back().key + '\0';
  }
  // The accounts' heads first and in steps; the deployment's, without which the store does not open, with the last.
  std::vector<store::Put> puts = state->SealHeads(snapshot->revision() + 1);
  std::set<std::string_view> written;
  for (const store::Put& put : puts) written.insert(put.key);
  std::erase_if(old_heads, [&](const std::string& path) { return written.contains(path); });
  store::Put last = std::move(puts.back());
  puts.pop_back();
  store::Transaction transaction;
  auto flush_when = [&](size_t size) -> Result<> {
    if (transaction.puts.size() + transaction.deletes.size() < size) return {};
    KAGIMORI_RETURN_IF_ERROR(store::CommitAndWait(*store, std::exchange(transaction, {})));
    return {};
  };
  for (store::Put& put : puts) {
    transaction.puts.push_back(std::move(put));
    KAGIMORI_RETURN_IF_ERROR(flush_when(store::kMaxTransactionOperations - 1));
  }
  for (std::string& path : old_heads) {
    transaction.deletes.push_back(std::move(path));
    KAGIMORI_RETURN_IF_ERROR(flush_when(store::kMaxTransactionOperations - 1));
  }
  KAGIMORI_ASSIGN_OR_RETURN(store::GetResult now, store::GetAndWait(*store, {}));
  state->deployment.revision = now.revision + 1;
  last.value = SealDeploymentHead(*hierarchy, state->deployment);
  transaction.puts.push_back(std::move(last));
  KAGIMORI_RETURN_IF_ERROR(store::CommitAndWait(*store, std::move(transaction)));
  return std::unique_ptr<Ledger>(new Ledger(std::move(state)));
}

Result<std::unique_ptr<Ledger>> Ledger::Open(const KeyHierarchy* hierarchy, store::Store* store) {
  auto state = std::make_unique<State>(hierarchy);
  state->sealing_term = hierarchy->current_term();
  std::string prefix = LedgerHeadPath(kNoAccount);
  store::RangeRequest request{.begin = prefix, .end = PrefixEnd(prefix)};
  bool found = false;
  RecordSum heads;
  store::Revision store_revision = 0;
  while (true) {
    KAGIMORI_ASSIGN_OR_RETURN(store::RangeResult page, store::RangeAndWait(*store, request));
    store_revision = page.revision;
    for (const store::Record& record : page.records) {
      if (record.key == prefix) {
        KAGIMORI_ASSIGN_OR_RETURN(state->deployment, OpenDeploymentHead(*hierarchy, record.value));
        KAGIMORI_ASSIGN_OR_RETURN(state->deployment_term, TermOfRecord(record.value));
        found = true;
        continue;
      }
      AccountId account = SealingAccount(record.key);
      if (account == kNoAccount || record.key != LedgerHeadPath(account)) {
        return Damaged("there is a record among the ledger's heads that is none");
      }
      Account& entry = state->accounts[account];
      KAGIMORI_ASSIGN_OR_RETURN(entry.head, OpenAccountHead(*hierarchy, account, record.value));
      KAGIMORI_ASSIGN_OR_RETURN(entry.tag, LedgerTag(*hierarchy, kNoAccount, record.key, record.value));
      KAGIMORI_ASSIGN_OR_RETURN(TermId term, TermOfRecord(record.value));
      entry.stored = true;
      heads.Add(entry.tag);
      if (term != state->sealing_term) state->stale.insert(account);
    }
    if (!page.more) break;
    request.begin = page.records.back().key + '\0';
  }
  if (!found) return Damaged("the store has no head: it was removed, or the store is none of ours");
  if (heads != state->deployment.heads) {
    return Damaged(
        "the heads of the accounts are not those that the deployment's head names: one was put back, "
        "removed or added");
  }
  if (state->deployment.revision != store_revision) {
    return Damaged("the store is at another revision than its head: records or the head were put back");
  }
  return std::unique_ptr<Ledger>(new Ledger(std::move(state)));
}

}  // namespace kagimori::seal
