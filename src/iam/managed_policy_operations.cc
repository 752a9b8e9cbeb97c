// CreatePolicy, GetPolicy, DeletePolicy, ListPolicies, ListEntitiesForPolicy.

#include <algorithm>
#include <map>

#include "iam/lookup.h"
#include "iam/operation.h"
#include "iam/paging.h"
#include "iam/policy_rules.h"
#include "iam/quotas.h"
#include "iam/rules.h"
#include "iam/tag_rules.h"
#include "iam/write_entity.h"
#include "identity/managed_policies.h"

namespace kagimori::iam {
namespace {

using identity::AccountChange;
using identity::EntityKind;
using identity::Group;
using identity::ManagedPolicy;
using identity::Role;
using identity::User;
using Usage = identity::AccountSnapshot::Usage;

class CreatePolicy : public OperationCall {
 public:
  explicit CreatePolicy(Parameters& in)
      : name_(in.Required("PolicyName", kPolicyName)),
        path_(in.Optional("Path", kPolicyPath).value_or("/")),
        document_(in.Required("PolicyDocument", kDocument)),
        description_(in.Optional("Description", kPolicyDescription).value_or("")),
        tags_(in.Tags()) {}

  OrError<std::vector<Access>> Ask(const Call& call) const override {
    Access access = AccessToNew(call, "CreatePolicy", EntityKind::kPolicy, path_, name_);
    access.shown = fmt::format("policy {}", name_);
    access.request_tags = tags_;
    std::vector<Access> all = {access};
    if (!tags_.empty()) {
      access.action = "iam:TagPolicy";
      all.push_back(std::move(access));
    }
    return all;
  }

  Outcome Run(const Call& call, ResultWriter& out) const override {
    KAGIMORI_RETURN_IF_ERROR(CheckTags(tags_, TagCase::kExact));
    KAGIMORI_ASSIGN_OR_RETURN(identity::PolicyText text, AcceptIdentityPolicy(document_));
    if (PolicySize(document_) > kManagedPolicySize) return QuotaExceeded("PolicySize", kManagedPolicySize);
    if (call.account->Find<ManagedPolicy>(name_)) {
      return EntityAlreadyExists(
          fmt::format("A policy called {} already exists. Duplicate names are not allowed.", name_));
    }
    if (call.account->All<ManagedPolicy>().size() >= kPoliciesPerAccount) {
      return QuotaExceeded("PoliciesPerAccount", kPoliciesPerAccount);
    }
    ManagedPolicy policy;
    policy.id = identity::NewUniqueId(EntityKind::kPolicy);
    policy.path = path_;
    policy.name = name_;
    policy.created = call.now;
    policy.updated = call.now;
    policy.tags = tags_;
    policy.description = description_;
    policy.versions.push_back({1, call.now, std::move(text)});
    out.Open("Policy");
    WritePolicy(call, policy, Usage(), Detail::kNew, out);
    out.Close("Policy");
    AccountChange change = ChangeOf(call);
    change.policies.push_back({nullptr, std::move(policy)});
    return change;
  }

 private:
  std::string name_;
  std::string path_;
  std::string document_;
  std::string description_;
  std::vector<identity::Tag> tags_;
};

class GetPolicy : public OperationCall {
 public:
  explicit GetPolicy(Parameters& in) : arn_(in.Required("PolicyArn", kArn)) {}

  OrError<std::vector<Access>> Ask(const Call& call) const override {
    return Only(AccessToPolicy(call, "GetPolicy", arn_));
  }

  Outcome Run(const Call& call, ResultWriter& out) const override {
    KAGIMORI_ASSIGN_OR_RETURN(const auto policy, FindPolicy(call, arn_));
    out.Open("Policy");
    WritePolicy(call, *policy, call.account->UsageOf(arn_), Detail::kFull, out);
    out.Close("Policy");
    return std::nullopt;
  }

 private:
  std::string arn_;
};

class DeletePolicy : public OperationCall {
 public:
  explicit DeletePolicy(Parameters& in) : arn_(in.Required("PolicyArn", kArn)) {}

  OrError<std::vector<Access>> Ask(const Call& call) const override {
    return Only(AccessToPolicy(call, "DeletePolicy", arn_));
  }

  Outcome Run(const Call& call, ResultWriter&) const override {
    KAGIMORI_ASSIGN_OR_RETURN(const auto policy, FindOwnPolicy(call, arn_));
    const Usage usage = call.account->UsageOf(arn_);
    if (usage.attachments != 0 || usage.boundaries != 0) {
      return DeleteConflict("Cannot delete a policy attached to entities.");
    }
    if (policy->versions.size() > 1) {
      return DeleteConflict(
          "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. "
          "The default version is deleted with the policy.");
    }
    AccountChange change = ChangeOf(call);
    change.policies.push_back({policy, std::nullopt});
    return change;
  }

 private:
  std::string arn_;
};

class ListPolicies : public OperationCall {
 public:
  explicit ListPolicies(Parameters& in)
      : scope_(in.OptionalChoice("Scope", {"All", "AWS", "Local"}).value_or("All")),
        only_attached_(in.Boolean("OnlyAttached", false)),
        prefix_(in.Optional("PathPrefix", kPolicyPath).value_or("/")),
        usage_(in.OptionalChoice("PolicyUsageFilter", {"PermissionsPolicy", "PermissionsBoundary"})),
        page_(ReadPage(in)) {}

  OrError<std::vector<Access>> Ask(const Call&) const override {
    Access access = AccessToAll("ListPolicies");
    access.shown = fmt::format("policy path {}", prefix_);
    return Only(std::move(access));
  }

  Outcome Run(const Call& call, ResultWriter& out) const override {
    KAGIMORI_ASSIGN_OR_RETURN(Page page, Page::Open(call, page_,
                                                    fmt::format("ListPolicies/{}/{}/{}{}", scope_, only_attached_,
                                                                usage_.value_or(""), prefix_)));
    // By name, and of two by one name the account's own first.
    std::map<std::string, std::shared_ptr<const ManagedPolicy>> policies;
    if (scope_ != "AWS") {
      for (const auto& [key, policy] : call.account->All<ManagedPolicy>()) policies.emplace(key + "/0", policy);
    }
    if (scope_ != "Local") {
      for (const auto& [arn, policy] : identity::AwsManagedPolicies()) {
        policies.emplace(identity::FoldName(policy->name) + "/1", policy);
      }
    }
    const auto usage = call.account->UsageOfAll();
    out.OpenList("Policies");
    for (const auto& [key, policy] : policies) {
      const auto used = usage.find(identity::ArnOf(call.id(), *policy));
      const Usage counts = used == usage.end() ? Usage() : used->second;
      if (!Wanted(*policy, counts) || !page.Takes(key)) continue;
      out.OpenMember();
      WritePolicy(call, *policy, counts, Detail::kList, out);
      out.CloseMember();
    }
    out.CloseList("Policies");
    page.Finish(call, out);
    return std::nullopt;
  }

 private:
  bool Wanted(const ManagedPolicy& policy, const Usage& usage) const {
    if (!policy.path.starts_with(prefix_)) return false;
    if (usage_ == "PermissionsPolicy" && usage.attachments == 0) return false;
    if (usage_ == "PermissionsBoundary" && usage.boundaries == 0) return false;
    return !only_attached_ || usage.attachments > 0;
  }

  std::string scope_;
  bool only_attached_;
  std::string prefix_;
  std::optional<std::string> usage_;
  PageRequest page_;
};

class ListEntitiesForPolicy : public OperationCall {
 public:
  explicit ListEntitiesForPolicy(Parameters& in)
      : arn_(in.Required("PolicyArn", kArn)),
        filter_(in.OptionalChoice("EntityFilter", {"User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy"})),
        prefix_(in.Optional("PathPrefix", kPath).value_or("/")),
        usage_(in.OptionalChoice("PolicyUsageFilter", {"PermissionsPolicy", "PermissionsBoundary"})),
        page_(ReadPage(in)) {}

  OrError<std::vector<Access>> Ask(const Call& call) const override {
    return Only(AccessToPolicy(call, "ListEntitiesForPolicy", arn_));
  }

  Outcome Run(const Call& call, ResultWriter& out) const override {
    KAGIMORI_ASSIGN_OR_RETURN(const auto policy, FindPolicy(call, arn_));
    KAGIMORI_ASSIGN_OR_RETURN(Page page, Page::Open(call, page_,
                                                    fmt::format("ListEntitiesForPolicy/{}/{}/{}{}", policy->id,
                                                                filter_.value_or(""), usage_.value_or(""), prefix_)));
    // A page goes through groups, roles and users in this order.
    Write<Group>(call, "PolicyGroups", "Group", "0/", page, out);
    Write<Role>(call, "PolicyRoles", "Role", "1/", page, out);
    Write<User>(call, "PolicyUsers", "User", "2/", page, out);
    page.Finish(call, out);
    return std::nullopt;
  }

 private:
  template <class T>
  bool Uses(const T& holder) const {
    const bool attached = std::ranges::find(holder.attached, arn_) != holder.attached.end();
    bool bounded = false;
    if constexpr (requires { holder.boundary; }) bounded = holder.boundary == arn_;
    if (usage_ == "PermissionsPolicy") return attached;
    if (usage_ == "PermissionsBoundary") return bounded;
    return attached || bounded;
  }

  template <class T>
  void Write(const Call& call, std::string_view list, std::string_view kind, std::string_view order, Page& page,
             ResultWriter& out) const {
    out.OpenList(list);
    for (const auto& [key, holder] : call.account->All<T>()) {
      if (filter_ && *filter_ != kind) break;
      if (!holder->path.starts_with(prefix_) || !Uses(*holder) || !page.Takes(std::string(order) + key)) continue;
      out.OpenMember();
      out.Text(fmt::format("{}Name", kind), holder->name);
      out.Text(fmt::format("{}Id", kind), holder->id);
      out.CloseMember();
    }
    out.CloseList(list);
  }

  std::string arn_;
  std::optional<std::string> filter_;
  std::string prefix_;
  std::optional<std::string> usage_;
  PageRequest page_;
};

constexpr Operation kOperations[] = {Answers<CreatePolicy>("CreatePolicy"), Reads<GetPolicy>("GetPolicy"),
                                     Changes<DeletePolicy>("DeletePolicy"), Reads<ListPolicies>("ListPolicies"),
                                     Reads<ListEntitiesForPolicy>("ListEntitiesForPolicy")};

}  // namespace

std::span<const Operation> ManagedPolicyOperations() { return kOperations; }

}  // namespace kagimori::iam
