// CreateGroup, UpdateGroup, DeleteGroup, ListGroups.

#include "iam/lookup.h"
#include "iam/operation.h"
#include "iam/paging.h"
#include "iam/quotas.h"
#include "iam/rules.h"
#include "iam/write_entity.h"

namespace kagimori::iam {
namespace {

using identity::AccountChange;
using identity::EntityKind;
using identity::Group;

class CreateGroup : public OperationCall {
 public:
  explicit CreateGroup(Parameters& in)
      : path_(in.Optional("Path", kPath).value_or("/")), name_(in.Required("GroupName", kGroupName)) {}

  OrError<std::vector<Access>> Ask(const Call& call) const override {
    return Only(AccessToNew(call, "CreateGroup", EntityKind::kGroup, path_, name_));
  }

  Outcome Run(const Call& call, ResultWriter& out) const override {
    if (call.account->Find<Group>(name_)) return AlreadyExists<Group>(name_);
    if (call.account->All<Group>().size() >= kGroupsPerAccount) {
      return QuotaExceeded("GroupsPerAccount", kGroupsPerAccount);
    }
    Group group;
    group.id = identity::NewUniqueId(EntityKind::kGroup);
    group.path = path_;
    group.name = name_;
    group.created = call.now;
    out.Open("Group");
    WriteGroup(call, group, out);
    out.Close("Group");
    AccountChange change = ChangeOf(call);
    change.groups.push_back({nullptr, std::move(group)});
    return change;
  }

 private:
  std::string path_;
  std::string name_;
};

class UpdateGroup : public OperationCall {
 public:
  explicit UpdateGroup(Parameters& in)
      : name_(in.Required("GroupName", kGroupName)),
        new_path_(in.Optional("NewPath", kPath)),
        new_name_(in.Optional("NewGroupName", kGroupName)) {}

  // On the group as it is and as it is going to be.
  OrError<std::vector<Access>> Ask(const Call& call) const override {
    const auto group = call.account->Find<Group>(name_);
    return std::vector<Access>{
        AccessTo<Group>(call, "UpdateGroup", name_),
        AccessToNew(call, "UpdateGroup", EntityKind::kGroup, new_path_.value_or(group != nullptr ? group->path : "/"),
                    new_name_.value_or(name_))};
  }

  Outcome Run(const Call& call, ResultWriter&) const override {
    KAGIMORI_ASSIGN_OR_RETURN(const auto group, FindNamed<Group>(call, name_));
    Group after = *group;
    if (new_path_) after.path = *new_path_;
    if (new_name_) after.name = *new_name_;
    const auto other = call.account->Find<Group>(after.name);
    if (other != nullptr && other->id != group->id) return AlreadyExists<Group>(after.name);
    AccountChange change = ChangeOf(call);
    change.groups.push_back({group, std::move(after)});
    return change;
  }

 private:
  std::string name_;
  std::optional<std::string> new_path_;
  std::optional<std::string> new_name_;
};

class DeleteGroup : public OperationCall {
 public:
  explicit DeleteGroup(Parameters& in) : name_(in.Required("GroupName", kGroupName)) {}

  OrError<std::vector<Access>> Ask(const Call& call) const override {
    return Only(AccessTo<Group>(call, "DeleteGroup", name_));
  }

  Outcome Run(const Call& call, ResultWriter&) const override {
    KAGIMORI_ASSIGN_OR_RETURN(const auto group, FindNamed<Group>(call, name_));
    if (!group->attached.empty()) return DeleteConflict("Cannot delete entity, must detach all policies first.");
    if (!group->inline_policies.empty()) return DeleteConflict("Cannot delete entity, must delete policies first.");
    if (!call.account->MembersOf(group->id).empty()) {
      return DeleteConflict("Cannot delete entity, must remove users from group first.");
    }
    AccountChange change = ChangeOf(call);
    change.groups.push_back({group, std::nullopt});
    return change;
  }

 private:
  std::string name_;
};

class ListGroups : public OperationCall {
 public:
  explicit ListGroups(Parameters& in)
      : prefix_(in.Optional("PathPrefix", kPathPrefix).value_or("/")), page_(ReadPage(in)) {}

  OrError<std::vector<Access>> Ask(const Call& call) const override {
    return Only(AccessToList(call, "ListGroups", EntityKind::kGroup, prefix_));
  }

  Outcome Run(const Call& call, ResultWriter& out) const override {
    KAGIMORI_ASSIGN_OR_RETURN(Page page, Page::Open(call, page_, "ListGroups" + prefix_));
    out.OpenList("Groups");
    for (const auto& [key, group] : call.account->All<Group>()) {
      if (!group->path.starts_with(prefix_) || !page.Takes(key)) continue;
      out.OpenMember();
      WriteGroup(call, *group, out);
      out.CloseMember();
    }
    out.CloseList("Groups");
    page.Finish(call, out);
    return std::nullopt;
  }

 private:
  std::string prefix_;
  PageRequest page_;
};

constexpr Operation kOperations[] = {Answers<CreateGroup>("CreateGroup"), Changes<UpdateGroup>("UpdateGroup"),
                                     Changes<DeleteGroup>("DeleteGroup"), Reads<ListGroups>("ListGroups")};

}  // namespace

std::span<const Operation> GroupOperations() { return kOperations; }

}  // namespace kagimori::iam
