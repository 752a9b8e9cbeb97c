#include "keys/committer.h"

#include "keys/grant_table.h"
#include "net/await.h"

namespace kagimori::keys {

Task<Result<store::Revision>> Committer::Commit(const Change& change, OutboxEvent event) {
  Result<store::Transaction> transaction = BuildTransaction(*hierarchy_, change, event);
  if (!transaction) co_return std::unexpected(std::move(transaction).error());
  Result<store::Revision> revision = co_await net::Await<Result<store::Revision>>(
      [this, &transaction](auto callback) { store_->Commit(*std::move(transaction), std::move(callback)); });
  Forget(change);
  co_return revision;
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
