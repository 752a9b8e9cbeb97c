#include "identity/account_change.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "identity/account_records.h"
#include "identity/stored_records.h"
#include "seal/sealed_record.h"

namespace kagimori::identity {
namespace {

// Builds the transaction and, next to it, the parts of the next snapshot.
class Preparation {
 public:
  Preparation(const seal::KeyHierarchy& hierarchy, const AccountSnapshot& before)
      : hierarchy_(hierarchy), account_(before.account()), before_(before), head_(before.head()) {
    ++head_.version;
  }

  template <class T>
  Result<> Apply(const std::vector<EntityChange<T>>& changes, std::shared_ptr<const EntityIndex<T>>* replaced) {
    if (changes.empty()) return {};
    auto index = std::make_shared<EntityIndex<T>>(before_.IndexOf<T>());
    for (const EntityChange<T>& change : changes) KAGIMORI_RETURN_IF_ERROR(ApplyOne(change, index.get()));
    *replaced = std::move(index);
    return {};
  }

  Result<> ApplyKey(const AccessKeyChange& change, const store::Record* stored, User* listed);

  // The head, last.
  store::Transaction Take() {
    const std::string path = IamHeadPath(account_);
    transaction_.preconditions.push_back({path, before_.head().revision});
    transaction_.puts.push_back(
        {path, seal::SealRecord(hierarchy_, {.path = path, .account = account_, .version = head_.version},
                                EncodeHead(head_))});
    return std::move(transaction_);
  }

  const AccountSnapshot::Head& head() const { return head_; }

 private:
  template <class T>
  Result<> ApplyOne(const EntityChange<T>& change, EntityIndex<T>* index) {
    const std::string& id = change.after ? change.after->id : change.before->id;
    const std::string path = EntityPath(account_, T::kKind, id);
    if (change.before != nullptr) {
      head_.hash.Remove(EntityTag(hierarchy_, account_, path, change.before->version));
      --head_.count;
      index->by_name.erase(FoldName(change.before->name));
      index->by_id.erase(id);
    }
    if (!change.after) {
      transaction_.deletes.push_back(path);
      return {};
    }
    T after = *change.after;
    after.version = (change.before != nullptr ? change.before->version : 0) + 1;
    const std::string message = EncodeEntity(after);
    if (message.size() > kMaxEntityBytes) return Fail(ErrorKind::kLimit, "an entity outgrows its record");
    store::Put put{
        path, seal::SealRecord(hierarchy_, {.path = path, .account = account_, .version = after.version}, message)};
    put.is_new = change.before == nullptr;
    transaction_.puts.push_back(std::move(put));
    head_.hash.Add(EntityTag(hierarchy_, account_, path, after.version));
    ++head_.count;
    auto shared = std::make_shared<const T>(std::move(after));
    const bool by_name = index->by_name.emplace(FoldName(shared->name), shared).second;
    const bool by_id = index->by_id.emplace(shared->id, shared).second;
    if (!by_name || !by_id) return Fail(ErrorKind::kInternal, "a change would make two entities of one name");
    return {};
  }

  const seal::KeyHierarchy& hierarchy_;
  AccountId account_;
  const AccountSnapshot& before_;
  AccountSnapshot::Head head_;
  store::Transaction transaction_;
};

// The access key as its user's record is to list it. Null: nobody lists it.
UserAccessKey* Listed(User* user, std::string_view access_key_id) {
  if (user == nullptr) return nullptr;
  const auto found = std::ranges::find(user->access_keys, access_key_id, &UserAccessKey::id);
  return found == user->access_keys.end() ? nullptr : &*found;
}

Result<> Preparation::ApplyKey(const AccessKeyChange& change, const store::Record* stored, User* user) {
  const std::string path = AccessKeyPath(hierarchy_, change.access_key_id);
  transaction_.preconditions.push_back({path, stored != nullptr ? stored->revision : 0});
  records::AccessKey message;
  uint64_t version = 1;
  if (change.what == AccessKeyChange::What::kCreate) {
    if (stored != nullptr) return Fail(ErrorKind::kConflict, "the access key id is taken");
    message.set_account(account_.number());
    message.set_access_key_id(change.access_key_id);
    message.set_created_millis(change.created.millis);
    message.set_user_id(change.user_id);
    const Bytes wrapped = WrapAccessKeySecret(hierarchy_, account_, change.access_key_id, change.secret_access_key);
    message.set_wrapped_secret(std::string(AsText(wrapped)));
  } else {
    if (stored == nullptr) return Fail(ErrorKind::kCorrupt, "the record of an access key is missing");
    KAGIMORI_ASSIGN_OR_RETURN(OpenedAccessKey opened, OpenAccessKey(hierarchy_, change.access_key_id, stored->value));
    if (opened.account != account_ || opened.message.user_id() != change.user_id) {
      return Fail(ErrorKind::kCorrupt, "an access key belongs to another user than the one that lists it");
    }
    if (change.what == AccessKeyChange::What::kDelete) {
      transaction_.deletes.push_back(path);
      return {};
    }
    message = std::move(opened.message);
    version = opened.version + 1;
  }
  UserAccessKey* listed = Listed(user, change.access_key_id);
  if (listed == nullptr) return Fail(ErrorKind::kInternal, "an access key that no user lists");
  listed->version = version;
  message.set_status(change.active ? records::AccessKey::STATUS_ACTIVE : records::AccessKey::STATUS_INACTIVE);
  message.set_generation(version);
  KAGIMORI_ASSIGN_OR_RETURN(Bytes sealed, SealAccessKey(hierarchy_, message, version));
  transaction_.puts.push_back({path, std::move(sealed)});
  return {};
}

// Whose policies in force are others after the change. Nothing: anybody's may be.
std::optional<std::vector<std::string>> TouchedPrincipals(const AccountChange& change) {
  if (!change.groups.empty() || !change.policies.empty()) return std::nullopt;
  std::vector<std::string> ids;
  auto add = [&](const auto& changes) {
    for (const auto& entity : changes) ids.push_back(entity.after ? entity.after->id : entity.before->id);
  };
  add(change.users);
  add(change.roles);
  return ids;
}

}  // namespace

Result<PreparedChange> PrepareChange(const seal::KeyHierarchy& hierarchy, const AccountChange& change,
                                     const std::vector<std::optional<store::Record>>& access_keys) {
  Preparation preparation(hierarchy, *change.before);
  std::vector<EntityChange<User>> users = change.users;
  auto stored = access_keys.begin();
  for (const AccessKeyChange& key : change.access_keys) {
    const auto user = std::ranges::find_if(users, [&](const auto& u) { return u.after && u.after->id == key.user_id; });
    const store::Record* record = nullptr;
    if (key.what != AccessKeyChange::What::kCreate) {
      if (stored == access_keys.end()) return Fail(ErrorKind::kInternal, "an access key was not read");
      if (*stored) record = &**stored;
      ++stored;
    }
    KAGIMORI_RETURN_IF_ERROR(preparation.ApplyKey(key, record, user == users.end() ? nullptr : &*user->after));
  }
  AccountSnapshot::Replaced replaced;
  KAGIMORI_RETURN_IF_ERROR(preparation.Apply(users, &replaced.users));
  KAGIMORI_RETURN_IF_ERROR(preparation.Apply(change.groups, &replaced.groups));
  KAGIMORI_RETURN_IF_ERROR(preparation.Apply(change.roles, &replaced.roles));
  KAGIMORI_RETURN_IF_ERROR(preparation.Apply(change.policies, &replaced.policies));
  KAGIMORI_RETURN_IF_ERROR(preparation.Apply(change.providers, &replaced.providers));
  PreparedChange prepared;
  prepared.transaction = preparation.Take();
  const std::optional<std::vector<std::string>> principals = TouchedPrincipals(change);
  prepared.after = std::make_shared<AccountSnapshot>(*change.before, preparation.head(), std::move(replaced),
                                                     principals ? &*principals : nullptr);
  return prepared;
}

std::vector<std::string> TouchedAccessKeys(const AccountChange& change) {
  std::set<std::string> ids;
  for (const EntityChange<User>& user : change.users) {
    if (user.before != nullptr) {
      for (const UserAccessKey& key : user.before->access_keys) ids.insert(key.id);
    }
    if (user.after) {
      for (const UserAccessKey& key : user.after->access_keys) ids.insert(key.id);
    }
  }
  for (const AccessKeyChange& key : change.access_keys) ids.insert(key.access_key_id);
  return {ids.begin(), ids.end()};
}

}  // namespace kagimori::identity
