// CreateRole, GetRole, UpdateRole, UpdateRoleDescription, UpdateAssumeRolePolicy, DeleteRole, ListRoles,
// ListInstanceProfilesForRole.

#include "iam/lookup.h"
#include "iam/operation.h"
#include "iam/paging.h"
#include "iam/policy_rules.h"
#include "iam/quotas.h"
#include "iam/rules.h"
#include "iam/tag_rules.h"
#include "iam/write_entity.h"

namespace kagimori::iam {
namespace {

using identity::AccountChange;
using identity::EntityKind;
using identity::Role;

constexpr int kMinSession = 3600;
constexpr int kMaxSession = 43200;

class CreateRole : public OperationCall {
 public:
  explicit CreateRole(Parameters& in)
      : path_(in.Optional("Path", kPath).value_or("/")),
        name_(in.Required("RoleName", kRoleName)),
        trust_(in.Required("AssumeRolePolicyDocument", kDocument)),
        description_(in.Optional("Description", kRoleDescription).value_or("")),
        session_(in.Integer("MaxSessionDuration", kMinSession, kMaxSession)),
        boundary_(in.Optional("PermissionsBoundary", kArn)),
        tags_(in.Tags()) {}

  std::vector<AccountId> Accounts() const override { return AccountsInTrustPolicy(trust_); }

  OrError<std::vector<Access>> Ask(const Call& call) const override {
    Access access = AccessToNew(call, "CreateRole", EntityKind::kRole, path_, name_);
    access.boundary = boundary_;
    access.request_tags = tags_;
    std::vector<Access> all = {access};
    if (!tags_.empty()) {
      access.action = "iam:TagRole";
      all.push_back(std::move(access));
    }
    return all;
  }

  Outcome Run(const Call& call, ResultWriter& out) const override {
    KAGIMORI_RETURN_IF_ERROR(CheckTags(tags_, TagCase::kFolded));
    Role role;
    KAGIMORI_RETURN_IF_ERROR(AcceptTrustPolicy(call, trust_, &role));
    if (call.account->Find<Role>(name_)) return AlreadyExists<Role>(name_);
    if (boundary_) KAGIMORI_RETURN_IF_ERROR(FindAttachablePolicy(call, *boundary_));
    if (call.account->All<Role>().size() >= kRolesPerAccount) {
      return QuotaExceeded("RolesPerAccount", kRolesPerAccount);
    }
    role.id = identity::NewUniqueId(EntityKind::kRole);
    role.path = path_;
    role.name = name_;
    role.created = call.now;
    role.tags = tags_;
    role.boundary = boundary_;
    role.description = description_;
    role.max_session_seconds = session_.value_or(kMinSession);
    out.Open("Role");
    WriteRole(call, role, Detail::kNew, session_.has_value(), out);
    out.Close("Role");
    AccountChange change = ChangeOf(call);
    change.roles.push_back({nullptr, std::move(role)});
    return change;
  }

 private:
  std::string path_;
  std::string name_;
  std::string trust_;
  std::string description_;
  std::optional<int> session_;
  std::optional<std::string> boundary_;
  std::vector<identity::Tag> tags_;
};

// What is about one role that is there.
class RoleCall : public OperationCall {
 public:
  RoleCall(std::string_view operation, Parameters& in)
      : operation_(operation), name_(in.Required("RoleName", kRoleName)) {}

  OrError<std::vector<Access>> Ask(const Call& call) const override {
    return Only(AccessTo<Role>(call, operation_, name_));
  }

 protected:
  OrError<std::shared_ptr<const Role>> FindRole(const Call& call) const { return FindNamed<Role>(call, name_); }

  static AccountChange ChangeRole(const Call& call, std::shared_ptr<const Role> role, std::optional<Role> after) {
    AccountChange change = ChangeOf(call);
    change.roles.push_back({std::move(role), std::move(after)});
    return change;
  }

 private:
  std::string_view operation_;
  std::string name_;
};

class GetRole : public RoleCall {
 public:
  explicit GetRole(Parameters& in) : RoleCall("GetRole", in) {}

  Outcome Run(const Call& call, ResultWriter& out) const override {
    KAGIMORI_ASSIGN_OR_RETURN(const auto role, FindRole(call));
    out.Open("Role");
    WriteRole(call, *role, Detail::kFull, /*session=*/true, out);
    out.Close("Role");
    return std::nullopt;
  }
};

class UpdateRole : public RoleCall {
 public:
  explicit UpdateRole(Parameters& in)
      : RoleCall("UpdateRole", in),
        description_(in.Optional("Description", kRoleDescription)),
        session_(in.Integer("MaxSessionDuration", kMinSession, kMaxSession)) {}

  Outcome Run(const Call& call, ResultWriter&) const override {
    KAGIMORI_ASSIGN_OR_RETURN(auto role, FindRole(call));
    Role after = *role;
    if (description_) after.description = *description_;
    if (session_) after.max_session_seconds = *session_;
    return ChangeRole(call, std::move(role), std::move(after));
  }

 private:
  std::optional<std::string> description_;
  std::optional<int> session_;
};

class UpdateRoleDescription : public RoleCall {
 public:
  explicit UpdateRoleDescription(Parameters& in)
      : RoleCall("UpdateRoleDescription", in), description_(in.Required("Description", kRoleDescription)) {}

  Outcome Run(const Call& call, ResultWriter& out) const override {
    KAGIMORI_ASSIGN_OR_RETURN(auto role, FindRole(call));
    Role after = *role;
    after.description = description_;
    out.Open("Role");
    WriteRole(call, after, Detail::kList, /*session=*/false, out);
    out.Close("Role");
    return ChangeRole(call, std::move(role), std::move(after));
  }

 private:
  std::string description_;
};

class UpdateAssumeRolePolicy : public RoleCall {
 public:
  explicit UpdateAssumeRolePolicy(Parameters& in)
      : RoleCall("UpdateAssumeRolePolicy", in), trust_(in.Required("PolicyDocument", kDocument)) {}

  std::vector<AccountId> Accounts() const override { return AccountsInTrustPolicy(trust_); }

  Outcome Run(const Call& call, ResultWriter&) const override {
    KAGIMORI_ASSIGN_OR_RETURN(auto role, FindRole(call));
    Role after = *role;
    KAGIMORI_RETURN_IF_ERROR(AcceptTrustPolicy(call, trust_, &after));
    return ChangeRole(call, std::move(role), std::move(after));
  }

 private:
  std::string trust_;
};

class DeleteRole : public RoleCall {
 public:
  explicit DeleteRole(Parameters& in) : RoleCall("DeleteRole", in) {}

  Outcome Run(const Call& call, ResultWriter&) const override {
    KAGIMORI_ASSIGN_OR_RETURN(auto role, FindRole(call));
    if (!role->attached.empty()) return DeleteConflict("Cannot delete entity, must detach all policies first.");
    if (!role->inline_policies.empty()) return DeleteConflict("Cannot delete entity, must delete policies first.");
    return ChangeRole(call, std::move(role), std::nullopt);
  }
};

// There are no instance profiles: an empty list is the truth.
class ListInstanceProfilesForRole : public RoleCall {
 public:
  explicit ListInstanceProfilesForRole(Parameters& in)
      : RoleCall("ListInstanceProfilesForRole", in), page_(ReadPage(in)) {}

  Outcome Run(const Call& call, ResultWriter& out) const override {
    KAGIMORI_ASSIGN_OR_RETURN(const auto role, FindRole(call));
    KAGIMORI_ASSIGN_OR_RETURN(const Page page, Page::Open(call, page_, "ListInstanceProfilesForRole/" + role->id));
    out.OpenList("InstanceProfiles");
    out.CloseList("InstanceProfiles");
    page.Finish(call, out);
    return std::nullopt;
  }

 private:
  PageRequest page_;
};

class ListRoles : public OperationCall {
 public:
  explicit ListRoles(Parameters& in)
      : prefix_(in.Optional("PathPrefix", kPathPrefix).value_or("/")), page_(ReadPage(in)) {}

  OrError<std::vector<Access>> Ask(const Call& call) const override {
    return Only(AccessToList(call, "ListRoles", EntityKind::kRole, prefix_));
  }

  Outcome Run(const Call& call, ResultWriter& out) const override {
    KAGIMORI_ASSIGN_OR_RETURN(Page page, Page::Open(call, page_, "ListRoles" + prefix_));
    out.OpenList("Roles");
    for (const auto& [key, role] : call.account->All<Role>()) {
      if (!role->path.starts_with(prefix_) || !page.Takes(key)) continue;
      out.OpenMember();
      WriteRole(call, *role, Detail::kList, /*session=*/true, out);
      out.CloseMember();
    }
    out.CloseList("Roles");
    page.Finish(call, out);
    return std::nullopt;
  }

 private:
  std::string prefix_;
  PageRequest page_;
};

constexpr Operation kOperations[] = {Answers<CreateRole>("CreateRole"),
                                     Reads<GetRole>("GetRole"),
                                     Answers<UpdateRole>("UpdateRole"),
                                     Answers<UpdateRoleDescription>("UpdateRoleDescription"),
                                     Changes<UpdateAssumeRolePolicy>("UpdateAssumeRolePolicy"),
                                     Changes<DeleteRole>("DeleteRole"),
                                     Reads<ListInstanceProfilesForRole>("ListInstanceProfilesForRole"),
                                     Reads<ListRoles>("ListRoles")};

}  // namespace

std::span<const Operation> RoleOperations() { return kOperations; }

}  // namespace kagimori::iam
