// CreateAccessKey, ListAccessKeys, UpdateAccessKey, DeleteAccessKey.

#include <algorithm>

#include "iam/lookup.h"
#include "iam/operation.h"
#include "iam/paging.h"
#include "iam/quotas.h"
#include "iam/rules.h"
#include "identity/new_credentials.h"

namespace kagimori::iam {
namespace {

using identity::AccessKeyChange;
using identity::AccountChange;
using identity::User;
using identity::UserAccessKey;

// All of them are about the user that is named or, without a name, the caller.
class AccessKeyCall : public OperationCall {
 public:
  AccessKeyCall(std::string_view operation, Parameters& in)
      : operation_(operation), name_(in.Optional("UserName", kExistingUserName)) {}

  OrError<std::vector<Access>> Ask(const Call& call) const override {
    KAGIMORI_ASSIGN_OR_RETURN(const std::string name, UserNameOrCaller(call, name_));
    return Only(AccessTo<User>(call, operation_, name));
  }

 protected:
  OrError<std::shared_ptr<const User>> FindUser(const Call& call) const {
    KAGIMORI_ASSIGN_OR_RETURN(const std::string name, UserNameOrCaller(call, name_));
    return FindNamed<User>(call, name);
  }

 private:
  std::string_view operation_;
  std::optional<std::string> name_;
};

std::string_view StatusText(bool active) { return active ? "Active" : "Inactive"; }

// The change of one key of a user.
AccountChange ChangeKey(const Call& call, std::shared_ptr<const User> user, User after, AccessKeyChange key) {
  key.user_id = after.id;
  AccountChange change = ChangeOf(call);
  change.users.push_back({std::move(user), std::move(after)});
  change.access_keys.push_back(std::move(key));
  return change;
}

OrError<std::vector<UserAccessKey>::iterator> FindKey(User& user, std::string_view id) {
  const auto found = std::ranges::find(user.access_keys, id, &UserAccessKey::id);
  if (found != user.access_keys.end()) return found;
  return NoSuchEntity(fmt::format("The Access Key with id {} cannot be found.", id));
}

class CreateAccessKey : public AccessKeyCall {
 public:
  explicit CreateAccessKey(Parameters& in) : AccessKeyCall("CreateAccessKey", in) {}

  Outcome Run(const Call& call, ResultWriter& out) const override {
    KAGIMORI_ASSIGN_OR_RETURN(auto user, FindUser(call));
    if (user->access_keys.size() >= kAccessKeysPerUser) {
      return QuotaExceeded("AccessKeysPerUser", kAccessKeysPerUser);
    }
    AccessKeyChange key;
    key.access_key_id = identity::NewAccessKeyId();
    identity::SecretAccessKeyParts secret = identity::NewSecretAccessKeyParts();
    key.secret_access_key = std::move(secret.text);
    key.created = call.now;
    out.Open("AccessKey");
    out.Text("UserName", user->name);
    out.Text("AccessKeyId", key.access_key_id);
    out.Text("Status", StatusText(true));
    out.SecretBase64("SecretAccessKey", secret.bytes);
    out.Date("CreateDate", key.created);
    out.Close("AccessKey");
    User after = *user;
    after.access_keys.push_back({.id = key.access_key_id, .active = true, .created = call.now});
    return ChangeKey(call, std::move(user), std::move(after), std::move(key));
  }
};

class ListAccessKeys : public AccessKeyCall {
 public:
  explicit ListAccessKeys(Parameters& in) : AccessKeyCall("ListAccessKeys", in), page_(ReadPage(in)) {}

  Outcome Run(const Call& call, ResultWriter& out) const override {
    KAGIMORI_ASSIGN_OR_RETURN(const auto user, FindUser(call));
    KAGIMORI_ASSIGN_OR_RETURN(Page page, Page::Open(call, page_, "ListAccessKeys/" + user->id));
    std::vector<UserAccessKey> keys = user->access_keys;
    std::ranges::sort(keys, {}, &UserAccessKey::id);
    out.OpenList("AccessKeyMetadata");
    for (const UserAccessKey& key : keys) {
      if (!page.Takes(key.id)) continue;
      out.OpenMember();
      out.Text("UserName", user->name);
      out.Text("AccessKeyId", key.id);
      out.Text("Status", StatusText(key.active));
      out.Date("CreateDate", key.created);
      out.CloseMember();
    }
    out.CloseList("AccessKeyMetadata");
    page.Finish(call, out);
    return std::nullopt;
  }

 private:
  PageRequest page_;
};

class UpdateAccessKey : public AccessKeyCall {
 public:
  explicit UpdateAccessKey(Parameters& in)
      : AccessKeyCall("UpdateAccessKey", in),
        id_(in.Required("AccessKeyId", kAccessKeyId)),
        status_(in.RequiredChoice("Status", {"Active", "Inactive"})) {}

  Outcome Run(const Call& call, ResultWriter&) const override {
    KAGIMORI_ASSIGN_OR_RETURN(auto user, FindUser(call));
    User after = *user;
    KAGIMORI_ASSIGN_OR_RETURN(const auto key, FindKey(after, id_));
    key->active = status_ == StatusText(true);
    AccessKeyChange change;
    change.what = AccessKeyChange::What::kSetStatus;
    change.access_key_id = id_;
    change.active = key->active;
    return ChangeKey(call, std::move(user), std::move(after), std::move(change));
  }

 private:
  std::string id_;
  std::string status_;
};

class DeleteAccessKey : public AccessKeyCall {
 public:
  explicit DeleteAccessKey(Parameters& in)
      : AccessKeyCall("DeleteAccessKey", in), id_(in.Required("AccessKeyId", kAccessKeyId)) {}

  Outcome Run(const Call& call, ResultWriter&) const override {
    KAGIMORI_ASSIGN_OR_RETURN(auto user, FindUser(call));
    User after = *user;
    KAGIMORI_ASSIGN_OR_RETURN(const auto key, FindKey(after, id_));
    after.access_keys.erase(key);
    AccessKeyChange change;
    change.what = AccessKeyChange::What::kDelete;
    change.access_key_id = id_;
    return ChangeKey(call, std::move(user), std::move(after), std::move(change));
  }

 private:
  std::string id_;
};

constexpr Operation kOperations[] = {
    Answers<CreateAccessKey>("CreateAccessKey"), Reads<ListAccessKeys>("ListAccessKeys"),
    Changes<UpdateAccessKey>("UpdateAccessKey"), Changes<DeleteAccessKey>("DeleteAccessKey")};

}  // namespace

std::span<const Operation> AccessKeyOperations() { return kOperations; }

}  // namespace kagimori::iam
