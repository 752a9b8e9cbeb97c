#include "keys/committer.h"

#include "keys/grant_table.h"
#include "net/await.h"

namespace kagimori::keys {

Task<Result<store::Revision>> Committer::Commit(const Change& change, OutboxEvent event) {
  Result<store::Transaction> transaction = BuildTransaction(*hierarchy_, change, event);
  if (!transaction) co_return std::unexpected(std::move(transaction).error());
  if (!Reserve(change)) co_return Fail(ErrorKind::kConflict, "the account's last place for a key was taken");
  Result<store::Revision> revision = co_await net::Await<Result<store::Revision>>(
      [this, &transaction](auto callback) { store_->Commit(*std::move(transaction), std::move(callback)); });
  Settle(change, revision ? std::optional(*revision) : std::nullopt);
  Forget(change);
  co_return revision;
}

bool Committer::Reserve(const Change& change) {
  if (counts_ == nullptr) return true;
  for (size_t i = 0; i < change.keys.size(); ++i) {
    if (change.keys[i].before != nullptr || counts_->Reserve(change.keys[i].after)) continue;
    for (size_t taken = 0; taken < i; ++taken) {
      if (change.keys[taken].before == nullptr) counts_->Settle(change.keys[taken].after, std::nullopt);
    }
    return false;
  }
  return true;
}

void Committer::Settle(const Change& change, std::optional<store::Revision> made) {
  if (counts_ == nullptr) return;
  for (const KeyChange& key : change.keys) {
    if (key.before == nullptr) counts_->Settle(key.after, made);
  }
}

void Committer::Forget(const Change& change) {
  for (const KeyChange& key : change.keys) table_->Forget(key.after.name);
  for (const AliasChange& alias : change.aliases) table_->aliases().Invalidate(alias.name);
  for (const GrantChange& change_of_grant : change.grants) {
    const Grant& grant = *(change_of_grant.before != nullptr ? change_of_grant.before : change_of_grant.after);
    table_->grants().Forget({.key = grant.key, .grantee = grant.grantee.form});
  }
}

}  // namespace kagimori::keys
