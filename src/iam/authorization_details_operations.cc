// GetAccountAuthorizationDetails.

#include <algorithm>
#include <array>
#include <map>

#include "iam/lookup.h"
#include "iam/operation.h"
#include "iam/paging.h"
#include "iam/write_entity.h"

namespace kagimori::iam {
namespace {

using identity::Group;
using identity::ManagedPolicy;
using identity::ManagedPolicyVersion;
using identity::PolicyHolder;
using identity::Role;
using identity::User;

// Bytes of documents on one page: an account's policies together may be far more than an answer should be.
constexpr size_t kMostDocumentBytes = size_t{1} << 20;

void WriteInlinePolicies(std::string_view list, const PolicyHolder& holder, ResultWriter& out) {
  out.OpenList(list);
  for (const identity::InlinePolicy& policy : holder.inline_policies) {
    out.OpenMember();
    out.Text("PolicyName", policy.name);
    out.Document("PolicyDocument", policy.policy.document);
    out.CloseMember();
  }
  out.CloseList(list);
}

void WriteAttached(const Call& call, const PolicyHolder& holder, ResultWriter& out) {
  out.OpenList("AttachedManagedPolicies");
  for (const std::string& arn : holder.attached) {
    const auto policy = call.account->FindPolicy(arn);
    if (policy == nullptr) continue;
    out.OpenMember();
    out.Text("PolicyName", policy->name);
    out.Text("PolicyArn", arn);
    out.CloseMember();
  }
  out.CloseList("AttachedManagedPolicies");
}

size_t DocumentBytes(const PolicyHolder& holder) {
  size_t bytes = 0;
  for (const identity::InlinePolicy& policy : holder.inline_policies) bytes += policy.policy.document.size();
  return bytes;
}

size_t WriteUserDetail(const Call& call, const User& user, ResultWriter& out) {
  WriteUser(call, user, Detail::kFull, out);
  WriteInlinePolicies("UserPolicyList", user, out);
  out.OpenList("GroupList");
  for (const std::string& id : user.groups) {
    if (const auto group = call.account->FindById<Group>(id)) out.MemberText(group->name);
  }
  out.CloseList("GroupList");
  WriteAttached(call, user, out);
  return DocumentBytes(user);
}

size_t WriteGroupDetail(const Call& call, const Group& group, ResultWriter& out) {
  WriteGroup(call, group, out);
  WriteInlinePolicies("GroupPolicyList", group, out);
  WriteAttached(call, group, out);
  return DocumentBytes(group);
}

size_t WriteRoleDetail(const Call& call, const Role& role, ResultWriter& out) {
  Role shown = role;  // a detail has no description
  shown.description.clear();
  WriteRole(call, shown, Detail::kFull, /*session=*/false, out);
  out.OpenList("InstanceProfileList");
  out.CloseList("InstanceProfileList");
  WriteInlinePolicies("RolePolicyList", role, out);
  WriteAttached(call, role, out);
  return DocumentBytes(role) + role.trust.document.size();
}

size_t WritePolicyDetail(const Call& call, const ManagedPolicy& policy, const identity::AccountSnapshot::Usage& usage,
                         ResultWriter& out) {
  WritePolicy(call, policy, usage, Detail::kList, out);
  if (!policy.description.empty()) out.Text("Description", policy.description);
  out.OpenList("PolicyVersionList");
  size_t bytes = 0;
  for (const ManagedPolicyVersion& version : policy.versions) {
    out.OpenMember();
    out.Document("Document", version.policy.document);
    out.Text("VersionId", fmt::format("v{}", version.number));
    out.Boolean("IsDefaultVersion", version.number == policy.default_version);
    out.Date("CreateDate", version.created);
    out.CloseMember();
    bytes += version.policy.document.size();
  }
  out.CloseList("PolicyVersionList");
  return bytes;
}

class GetAccountAuthorizationDetails : public OperationCall {
 public:
  explicit GetAccountAuthorizationDetails(Parameters& in)
      : filter_(in.Texts("Filter", kKinds.size(), kKind)), page_(ReadPage(in)) {}

  OrError<std::vector<Access>> Ask(const Call&) const override {
    return Only(AccessToAll("GetAccountAuthorizationDetails"));
  }

  // One page goes on from users through groups and roles to policies.
  Outcome Run(const Call& call, ResultWriter& out) const override {
    for (const std::string& kind : filter_) {
      if (std::ranges::find(kKinds, kind) == kKinds.end())
        return ValidationError(
            "1 validation error detected: Value at 'filter' failed to satisfy constraint: Member "
            "must satisfy constraint: [Member must satisfy enum value set: [User, Role, Group, "
            "LocalManagedPolicy, AWSManagedPolicy]]");
    }
    std::string binding = "GetAccountAuthorizationDetails";
    for (std::string_view kind : kKinds) binding += Wants(kind) ? "/1" : "/0";
    KAGIMORI_ASSIGN_OR_RETURN(Page page, Page::Open(call, page_, std::move(binding)));
    size_t bytes = 0;
    const auto write_all = [&]<class T>(std::string_view list, std::string_view kind, std::string_view prefix,
                                        size_t (*write)(const Call&, const T&, ResultWriter&)) {
      out.OpenList(list);
      for (const auto& [name, entity] : call.account->All<T>()) {
        if (!Wants(kind) || !page.Takes(fmt::format("{}{}", prefix, name))) continue;
        out.OpenMember();
        bytes += write(call, *entity, out);
        out.CloseMember();
        if (bytes >= kMostDocumentBytes) page.End();
      }
      out.CloseList(list);
    };
    write_all.template operator()<User>("UserDetailList", "User", "1", &WriteUserDetail);
    write_all.template operator()<Group>("GroupDetailList", "Group", "2", &WriteGroupDetail);
    write_all.template operator()<Role>("RoleDetailList", "Role", "3", &WriteRoleDetail);
    WritePolicies(call, bytes, page, out);
    page.Finish(call, out);
    return std::nullopt;
  }

 private:
  static constexpr std::array<std::string_view, 5> kKinds = {"User", "Role", "Group", "LocalManagedPolicy",
                                                             "AWSManagedPolicy"};
  static constexpr shapes::TextRule kKind{.min = 1, .max = 64, .pattern = {}, .matches = nullptr, .secret = false};

  bool Wants(std::string_view kind) const {
    return filter_.empty() || std::ranges::find(filter_, kind) != filter_.end();
  }

  // The account's own, and (guess) those of AWS's that it uses. By id.
  void WritePolicies(const Call& call, size_t bytes, Page& page, ResultWriter& out) const {
    const auto usage = call.account->UsageOfAll();
    std::map<std::string, std::shared_ptr<const ManagedPolicy>> policies;
    if (Wants("LocalManagedPolicy")) {
      for (const auto& [name, policy] : call.account->All<ManagedPolicy>()) policies.emplace(policy->id, policy);
    }
    if (Wants("AWSManagedPolicy")) {
      for (const auto& [arn, used] : usage) {
        const auto policy = call.account->FindPolicy(arn);
        if (policy != nullptr && policy->by_aws) policies.emplace(policy->id, policy);
      }
    }
    out.OpenList("Policies");
    for (const auto& [id, policy] : policies) {
      if (!page.Takes("4" + id)) continue;
      const auto used = usage.find(identity::ArnOf(call.id(), *policy));
      out.OpenMember();
      bytes += WritePolicyDetail(call, *policy, used == usage.end() ? identity::AccountSnapshot::Usage() : used->second,
                                 out);
      out.CloseMember();
      if (bytes >= kMostDocumentBytes) page.End();
    }
    out.CloseList("Policies");
  }

  std::vector<std::string> filter_;
  PageRequest page_;
};

constexpr Operation kOperations[] = {Reads<GetAccountAuthorizationDetails>("GetAccountAuthorizationDetails")};

}  // namespace

std::span<const Operation> AuthorizationDetailsOperations() { return kOperations; }

}  // namespace kagimori::iam
