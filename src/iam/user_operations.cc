// CreateUser, GetUser, UpdateUser, DeleteUser, ListUsers.

#include "iam/lookup.h"
#include "iam/operation.h"
#include "iam/paging.h"
#include "iam/quotas.h"
#include "iam/rules.h"
#include "iam/tag_rules.h"
#include "iam/write_entity.h"

namespace kagimori::iam {
namespace {

using identity::AccountChange;
using identity::EntityKind;
using identity::User;

class CreateUser : public OperationCall {
 public:
  explicit CreateUser(Parameters& in)
      : path_(in.Optional("Path", kPath).value_or("/")),
        name_(in.Required("UserName", kUserName)),
        boundary_(in.Optional("PermissionsBoundary", kArn)),
        tags_(in.Tags()) {}

  OrError<std::vector<Access>> Ask(const Call& call) const override {
    Access access = AccessToNew(call, "CreateUser", EntityKind::kUser, path_, name_);
    access.boundary = boundary_;
    access.request_tags = tags_;
    std::vector<Access> all = {access};
    if (!tags_.empty()) {
      access.action = "iam:TagUser";
      all.push_back(std::move(access));
    }
    return all;
  }

  Outcome Run(const Call& call, ResultWriter& out) const override {
    KAGIMORI_RETURN_IF_ERROR(CheckTags(tags_, TagCase::kFolded));
    if (call.account->Find<User>(name_)) return AlreadyExists<User>(name_);
    if (boundary_) KAGIMORI_RETURN_IF_ERROR(FindAttachablePolicy(call, *boundary_));
    if (call.account->All<User>().size() >= kUsersPerAccount) {
      return QuotaExceeded("UsersPerAccount", kUsersPerAccount);
    }
    User user;
    user.id = identity::NewUniqueId(EntityKind::kUser);
    user.path = path_;
    user.name = name_;
    user.created = call.now;
    user.tags = tags_;
    user.boundary = boundary_;
    out.Open("User");
    WriteUser(call, user, Detail::kNew, out);
    out.Close("User");
    AccountChange change = ChangeOf(call);
    change.users.push_back({nullptr, std::move(user)});
    return change;
  }

 private:
  std::string path_;
  std::string name_;
  std::optional<std::string> boundary_;
  std::vector<identity::Tag> tags_;
};

class GetUser : public OperationCall {
 public:
  explicit GetUser(Parameters& in) : name_(in.Optional("UserName", kExistingUserName)) {}

  OrError<std::vector<Access>> Ask(const Call& call) const override {
    if (OfRoot(call)) return std::vector<Access>();  // who may everything
    KAGIMORI_ASSIGN_OR_RETURN(const std::string name, UserNameOrCaller(call, name_));
    return Only(AccessTo<User>(call, "GetUser", name));
  }

  Outcome Run(const Call& call, ResultWriter& out) const override {
    out.Open("User");
    if (OfRoot(call)) {
      out.Text("UserId", call.id().ToString());
      out.Text("Arn", call.caller.arn);
      if (call.account->info()) out.Date("CreateDate", call.account->info()->created);
    } else {
      KAGIMORI_ASSIGN_OR_RETURN(const std::string name, UserNameOrCaller(call, name_));
      KAGIMORI_ASSIGN_OR_RETURN(const auto user, FindNamed<User>(call, name));
      WriteUser(call, *user, Detail::kFull, out);
    }
    out.Close("User");
    return std::nullopt;
  }

 private:
  bool OfRoot(const Call& call) const { return !name_ && call.caller.kind == identity::Principal::Kind::kRoot; }

  std::optional<std::string> name_;
};

class UpdateUser : public OperationCall {
 public:
  explicit UpdateUser(Parameters& in)
      : name_(in.Required("UserName", kExistingUserName)),
        new_path_(in.Optional("NewPath", kPath)),
        new_name_(in.Optional("NewUserName", kUserName)) {}

  // On the user as it is and as it is going to be.
  OrError<std::vector<Access>> Ask(const Call& call) const override {
    const auto user = call.account->Find<User>(name_);
    return std::vector<Access>{
        AccessTo<User>(call, "UpdateUser", name_),
        AccessToNew(call, "UpdateUser", EntityKind::kUser, new_path_.value_or(user != nullptr ? user->path : "/"),
                    new_name_.value_or(name_))};
  }

  Outcome Run(const Call& call, ResultWriter&) const override {
    KAGIMORI_ASSIGN_OR_RETURN(const auto user, FindNamed<User>(call, name_));
    User after = *user;
    if (new_path_) after.path = *new_path_;
    if (new_name_) after.name = *new_name_;
    const auto other = call.account->Find<User>(after.name);
    if (other != nullptr && other->id != user->id) return AlreadyExists<User>(after.name);
    AccountChange change = ChangeOf(call);
    change.users.push_back({user, std::move(after)});
    return change;
  }

 private:
  std::string name_;
  std::optional<std::string> new_path_;
  std::optional<std::string> new_name_;
};

class DeleteUser : public OperationCall {
 public:
  explicit DeleteUser(Parameters& in) : name_(in.Required("UserName", kExistingUserName)) {}

  OrError<std::vector<Access>> Ask(const Call& call) const override {
    return Only(AccessTo<User>(call, "DeleteUser", name_));
  }

  Outcome Run(const Call& call, ResultWriter&) const override {
    KAGIMORI_ASSIGN_OR_RETURN(const auto user, FindNamed<User>(call, name_));
    if (!user->access_keys.empty()) return DeleteConflict("Cannot delete entity, must delete access keys first.");
    if (!user->attached.empty()) return DeleteConflict("Cannot delete entity, must detach all policies first.");
    if (!user->inline_policies.empty()) return DeleteConflict("Cannot delete entity, must delete policies first.");
    if (!user->groups.empty()) {
      return DeleteConflict("Cannot delete entity, must remove referenced objects first.");
    }
    AccountChange change = ChangeOf(call);
    change.users.push_back({user, std::nullopt});
    return change;
  }

 private:
  std::string name_;
};

class ListUsers : public OperationCall {
 public:
  explicit ListUsers(Parameters& in)
      : prefix_(in.Optional("PathPrefix", kPathPrefix).value_or("/")), page_(ReadPage(in)) {}

  OrError<std::vector<Access>> Ask(const Call& call) const override {
    return Only(AccessToList(call, "ListUsers", EntityKind::kUser, prefix_));
  }

  Outcome Run(const Call& call, ResultWriter& out) const override {
    KAGIMORI_ASSIGN_OR_RETURN(Page page, Page::Open(call, page_, "ListUsers" + prefix_));
    out.OpenList("Users");
    for (const auto& [key, user] : call.account->All<User>()) {
      if (!user->path.starts_with(prefix_) || !page.Takes(key)) continue;
      out.OpenMember();
      WriteUser(call, *user, Detail::kList, out);
      out.CloseMember();
    }
    out.CloseList("Users");
    page.Finish(call, out);
    return std::nullopt;
  }

 private:
  std::string prefix_;
  PageRequest page_;
};

constexpr Operation kOperations[] = {Answers<CreateUser>("CreateUser"), Reads<GetUser>("GetUser"),
                                     Changes<UpdateUser>("UpdateUser"), Changes<DeleteUser>("DeleteUser"),
                                     Reads<ListUsers>("ListUsers")};

}  // namespace

std::span<const Operation> UserOperations() { return kOperations; }

}  // namespace kagimori::iam
