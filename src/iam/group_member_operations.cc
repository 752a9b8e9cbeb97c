// GetGroup (a group with its members), AddUserToGroup, RemoveUserFromGroup, ListGroupsForUser.

#include <algorithm>

#include "iam/lookup.h"
#include "iam/operation.h"
#include "iam/paging.h"
#include "iam/quotas.h"
#include "iam/rules.h"
#include "iam/write_entity.h"

namespace kagimori::iam {
namespace {

using identity::AccountChange;
using identity::Group;
using identity::User;

class GetGroup : public OperationCall {
 public:
  explicit GetGroup(Parameters& in) : name_(in.Required("GroupName", kGroupName)), page_(ReadPage(in)) {}

  OrError<std::vector<Access>> Ask(const Call& call) const override {
    return Only(AccessTo<Group>(call, "GetGroup", name_));
  }

  Outcome Run(const Call& call, ResultWriter& out) const override {
    KAGIMORI_ASSIGN_OR_RETURN(const auto group, FindNamed<Group>(call, name_));
    KAGIMORI_ASSIGN_OR_RETURN(Page page, Page::Open(call, page_, "GetGroup/" + group->id));
    out.Open("Group");
    WriteGroup(call, *group, out);
    out.Close("Group");
    out.OpenList("Users");
    for (const auto& user : call.account->MembersOf(group->id)) {
      if (!page.Takes(identity::FoldName(user->name))) continue;
      out.OpenMember();
      WriteUser(call, *user, Detail::kList, out);
      out.CloseMember();
    }
    out.CloseList("Users");
    page.Finish(call, out);
    return std::nullopt;
  }

 private:
  std::string name_;
  PageRequest page_;
};

// Adding and removing: on the group.
class MemberCall : public OperationCall {
 public:
  MemberCall(std::string_view operation, Parameters& in)
      : group_name(in.Required("GroupName", kGroupName)),
        user_name(in.Required("UserName", kExistingUserName)),
        operation_(operation) {}

  OrError<std::vector<Access>> Ask(const Call& call) const override {
    return Only(AccessTo<Group>(call, operation_, group_name));
  }

 protected:
  const std::string group_name;
  const std::string user_name;

 private:
  std::string_view operation_;
};

class AddUserToGroup : public MemberCall {
 public:
  explicit AddUserToGroup(Parameters& in) : MemberCall("AddUserToGroup", in) {}

  Outcome Run(const Call& call, ResultWriter&) const override {
    KAGIMORI_ASSIGN_OR_RETURN(const auto group, FindNamed<Group>(call, group_name));
    KAGIMORI_ASSIGN_OR_RETURN(const auto user, FindNamed<User>(call, user_name));
    if (std::ranges::find(user->groups, group->id) != user->groups.end()) return std::nullopt;
    if (user->groups.size() >= kGroupsPerUser) return QuotaExceeded("GroupsPerUser", kGroupsPerUser);
    User after = *user;
    after.groups.push_back(group->id);
    AccountChange change = ChangeOf(call);
    change.users.push_back({user, std::move(after)});
    return change;
  }
};

class RemoveUserFromGroup : public MemberCall {
 public:
  explicit RemoveUserFromGroup(Parameters& in) : MemberCall("RemoveUserFromGroup", in) {}

  // A user that is no member is removed all the same; a user that is not there is looked for first.
  Outcome Run(const Call& call, ResultWriter&) const override {
    KAGIMORI_ASSIGN_OR_RETURN(const auto user, FindNamed<User>(call, user_name));
    KAGIMORI_ASSIGN_OR_RETURN(const auto group, FindNamed<Group>(call, group_name));
    User after = *user;
    if (std::erase(after.groups, group->id) == 0) return std::nullopt;
    AccountChange change = ChangeOf(call);
    change.users.push_back({user, std::move(after)});
    return change;
  }
};

class ListGroupsForUser : public OperationCall {
 public:
  explicit ListGroupsForUser(Parameters& in) : name_(in.Required("UserName", kExistingUserName)), page_(ReadPage(in)) {}

  OrError<std::vector<Access>> Ask(const Call& call) const override {
    return Only(AccessTo<User>(call, "ListGroupsForUser", name_));
  }

  Outcome Run(const Call& call, ResultWriter& out) const override {
    KAGIMORI_ASSIGN_OR_RETURN(const auto user, FindNamed<User>(call, name_));
    KAGIMORI_ASSIGN_OR_RETURN(Page page, Page::Open(call, page_, "ListGroupsForUser/" + user->id));
    std::map<std::string, std::shared_ptr<const Group>> groups;
    for (const std::string& id : user->groups) {
      if (auto group = call.account->FindById<Group>(id)) groups.emplace(identity::FoldName(group->name), group);
    }
    out.OpenList("Groups");
    for (const auto& [key, group] : groups) {
      if (!page.Takes(key)) continue;
      out.OpenMember();
      WriteGroup(call, *group, out);
      out.CloseMember();
    }
    out.CloseList("Groups");
    page.Finish(call, out);
    return std::nullopt;
  }

 private:
  std::string name_;
  PageRequest page_;
};

constexpr Operation kOperations[] = {Reads<GetGroup>("GetGroup"), Changes<AddUserToGroup>("AddUserToGroup"),
                                     Changes<RemoveUserFromGroup>("RemoveUserFromGroup"),
                                     Reads<ListGroupsForUser>("ListGroupsForUser")};

}  // namespace

std::span<const Operation> GroupMemberOperations() { return kOperations; }

}  // namespace kagimori::iam
