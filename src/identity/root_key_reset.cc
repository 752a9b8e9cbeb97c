#include "identity/root_key_reset.h"

#include <fmt/format.h>

#include <utility>

#include "identity/stored_records.h"
#include "store/blocking.h"

namespace kagimori::identity {
namespace {

store::Revision RevisionOf(const std::optional<store::Record>& record) { return record ? record->revision : 0; }

std::vector<std::string> KeyIds(const records::Account& account) {
  return {account.root_access_key_ids().begin(), account.root_access_key_ids().end()};
}

// What a transaction consists of so far.
struct Draft {
  const seal::KeyHierarchy& hierarchy;
  store::Transaction transaction;
  RootKeyReset::Changed changed;
  std::vector<std::string> kept;  // the account's list of keys

  Result<> TakeOld(AccountId account, const std::string& id, const std::optional<store::Record>& record) {
    if (!record) return Fail(ErrorKind::kCorrupt, "an access key that its account lists is not there");
    KAGIMORI_ASSIGN_OR_RETURN(OpenedAccessKey key, OpenAccessKey(hierarchy, id, record->value));
    if (key.account != account) return Fail(ErrorKind::kCorrupt, "an access key of another account than its list's");
    std::string path = AccessKeyPath(hierarchy, id);
    transaction.preconditions.push_back({path, record->revision});
    if (key.message.status() == records::AccessKey::STATUS_INACTIVE) {
      transaction.deletes.push_back(std::move(path));
      changed.removed.push_back(id);
      return {};
    }
    key.message.set_status(records::AccessKey::STATUS_INACTIVE);
    key.message.set_generation(key.version + 1);
    KAGIMORI_ASSIGN_OR_RETURN(Bytes sealed, SealAccessKey(hierarchy, key.message, key.version + 1));
    transaction.puts.push_back({std::move(path), std::move(sealed)});
    changed.deactivated.push_back(id);
    kept.push_back(id);
    return {};
  }
};

}  // namespace

Result<RootKeyReset::Changed> RootKeyReset::Try(bool* rerun) const {
  *rerun = false;
  const std::string account_path = AccountPath(account);
  KAGIMORI_ASSIGN_OR_RETURN(store::GetResult found, store::GetAndWait(store, {account_path}));
  if (!found.records.at(0)) {
    return Fail(ErrorKind::kNotFound, fmt::format("there is no account {}", account.ToString()));
  }
  KAGIMORI_ASSIGN_OR_RETURN(OpenedAccount owner, OpenAccount(hierarchy, account, found.records[0]->value));
  const std::vector<std::string> ids = KeyIds(owner.message);
  std::vector<std::string> paths = {AccessKeyPath(hierarchy, access_key_id)};
  for (const std::string& id : ids) paths.push_back(AccessKeyPath(hierarchy, id));
  KAGIMORI_ASSIGN_OR_RETURN(store::GetResult keys, store::GetAndWait(store, paths));
  if (keys.records.at(0)) return Fail(ErrorKind::kConflict, "the access key id is taken");

  Draft draft{.hierarchy = hierarchy, .transaction = {}, .changed = {}, .kept = {}};
  draft.transaction.preconditions = {{account_path, RevisionOf(found.records[0])}, {paths[0], 0}};
  for (size_t i = 0; i < ids.size(); ++i) {
    auto taken = draft.TakeOld(account, ids[i], keys.records.at(i + 1));
    // The account and the keys are two reads: what differs may have changed in between, or its term ended.
    *rerun = !taken;
    if (!taken) return std::unexpected(std::move(taken).error());
  }
  owner.message.clear_root_access_key_ids();
  for (const std::string& id : draft.kept) owner.message.add_root_access_key_ids(id);
  owner.message.add_root_access_key_ids(std::string(access_key_id));

  records::AccessKey made;
  made.set_account(account.number());
  made.set_access_key_id(std::string(access_key_id));
  made.set_status(records::AccessKey::STATUS_ACTIVE);
  made.set_created_millis(now.millis);
  made.set_generation(1);
  made.set_wrapped_secret(
      std::string(AsText(WrapAccessKeySecret(hierarchy, account, access_key_id, secret_access_key))));
  auto sealed = SealAccessKey(hierarchy, made, 1);
  *rerun = !sealed;
  if (!sealed) return std::unexpected(std::move(sealed).error());
  draft.transaction.puts.push_back({paths[0], *std::move(sealed)});
  draft.transaction.puts.push_back({account_path, SealAccount(hierarchy, account, owner.message, owner.version + 1)});
  auto committed = store::CommitAndWait(store, std::move(draft.transaction));
  if (committed) return std::move(draft.changed);
  *rerun = committed.error().kind == ErrorKind::kConflict;
  return std::unexpected(std::move(committed).error());
}

}  // namespace kagimori::identity
