// GetAccountSummary, ListAccountAliases.

#include "iam/lookup.h"
#include "iam/operation.h"
#include "iam/paging.h"
#include "iam/quotas.h"

namespace kagimori::iam {
namespace {

using identity::Group;
using identity::ManagedPolicy;
using identity::OidcProvider;
using identity::Role;
using identity::User;

class GetAccountSummary : public OperationCall {
 public:
  explicit GetAccountSummary(Parameters&) {}

  OrError<std::vector<Access>> Ask(const Call&) const override { return Only(AccessToAll("GetAccountSummary")); }

  Outcome Run(const Call& call, ResultWriter& out) const override {
    size_t versions = 0;
    for (const auto& [key, policy] : call.account->All<ManagedPolicy>()) versions += policy->versions.size();
    const std::pair<std::string_view, size_t> entries[] = {{"AccessKeysPerUserQuota", kAccessKeysPerUser},
                                                           {"AssumeRolePolicySizeQuota", kTrustPolicySize},
                                                           {"AttachedPoliciesPerGroupQuota", kAttachedPolicies},
                                                           {"AttachedPoliciesPerRoleQuota", kAttachedPolicies},
                                                           {"AttachedPoliciesPerUserQuota", kAttachedPolicies},
                                                           {"GroupPolicySizeQuota", kGroupPolicySize},
                                                           {"Groups", call.account->All<Group>().size()},
                                                           {"GroupsPerUserQuota", kGroupsPerUser},
                                                           {"GroupsQuota", kGroupsPerAccount},
                                                           {"InstanceProfiles", 0},
                                                           {"MFADevices", 0},
                                                           {"MFADevicesInUse", 0},
                                                           {"Policies", call.account->All<ManagedPolicy>().size()},
                                                           {"PoliciesQuota", kPoliciesPerAccount},
                                                           {"PolicySizeQuota", kManagedPolicySize},
                                                           {"PolicyVersionsInUse", versions},
                                                           {"Providers", call.account->All<OidcProvider>().size()},
                                                           {"RolePolicySizeQuota", kRolePolicySize},
                                                           {"Roles", call.account->All<Role>().size()},
                                                           {"RolesQuota", kRolesPerAccount},
                                                           {"ServerCertificates", 0},
                                                           {"UserPolicySizeQuota", kUserPolicySize},
                                                           {"Users", call.account->All<User>().size()},
                                                           {"UsersQuota", kUsersPerAccount},
                                                           {"VersionsPerPolicyQuota", kVersionsPerPolicy}};
    out.OpenList("SummaryMap");
    for (const auto& [key, value] : entries) out.Entry(key, static_cast<int64_t>(value));
    out.CloseList("SummaryMap");
    return std::nullopt;
  }
};

// There are no account aliases: an empty list is the truth.
class ListAccountAliases : public OperationCall {
 public:
  explicit ListAccountAliases(Parameters& in) : page_(ReadPage(in)) {}

  OrError<std::vector<Access>> Ask(const Call&) const override { return Only(AccessToAll("ListAccountAliases")); }

  Outcome Run(const Call& call, ResultWriter& out) const override {
    KAGIMORI_ASSIGN_OR_RETURN(const Page page, Page::Open(call, page_, "ListAccountAliases"));
    out.OpenList("AccountAliases");
    out.CloseList("AccountAliases");
    page.Finish(call, out);
    return std::nullopt;
  }

 private:
  PageRequest page_;
};

constexpr Operation kOperations[] = {Reads<GetAccountSummary>("GetAccountSummary"),
                                     Reads<ListAccountAliases>("ListAccountAliases")};

}  // namespace

std::span<const Operation> AccountOperations() { return kOperations; }

}  // namespace kagimori::iam
