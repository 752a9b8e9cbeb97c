// CreatePolicyVersion, GetPolicyVersion, ListPolicyVersions, DeletePolicyVersion, SetDefaultPolicyVersion.

#include <algorithm>
#include <charconv>
#include <ranges>

#include "iam/lookup.h"
#include "iam/operation.h"
#include "iam/paging.h"
#include "iam/policy_rules.h"
#include "iam/quotas.h"
#include "iam/rules.h"

namespace kagimori::iam {
namespace {

using identity::AccountChange;
using identity::ManagedPolicy;
using identity::ManagedPolicyVersion;
using PolicyPtr = std::shared_ptr<const ManagedPolicy>;

AccountChange ChangePolicy(const Call& call, PolicyPtr before, ManagedPolicy after) {
  AccountChange change = ChangeOf(call);
  change.policies.push_back({std::move(before), std::move(after)});
  return change;
}

std::string VersionText(int number) { return fmt::format("v{}", number); }

// "v3" → 3; 0 for what no version here is called.
int VersionNumber(std::string_view id) {
  int number = 0;
  const auto [end, fault] = std::from_chars(id.data() + 1, id.data() + id.size(), number);
  return fault == std::errc() && end == id.data() + id.size() ? number : 0;
}

void WriteVersion(const ManagedPolicy& policy, const ManagedPolicyVersion& version, ResultWriter& out) {
  out.Text("VersionId", VersionText(version.number));
  out.Boolean("IsDefaultVersion", version.number == policy.default_version);
  out.Date("CreateDate", version.created);
}

class PolicyCall : public OperationCall {
 public:
  PolicyCall(std::string_view operation, Parameters& in) : arn(in.Required("PolicyArn", kArn)), operation_(operation) {}

  OrError<std::vector<Access>> Ask(const Call& call) const override {
    return Only(AccessToPolicy(call, operation_, arn));
  }

 protected:
  const std::string arn;

 private:
  std::string_view operation_;
};

// What is about one version. That the policy is not there is said in the same words as that the version is not.
class VersionCall : public PolicyCall {
 public:
  VersionCall(std::string_view operation, Parameters& in)
      : PolicyCall(operation, in), id(in.Required("VersionId", kVersionId)) {}

 protected:
  std::unexpected<ApiError> NoVersion() const {
    return NoSuchEntity(fmt::format("Policy {} version {} does not exist or is not attachable.", arn, id));
  }

  OrError<PolicyPtr> FindWithVersion(OrError<PolicyPtr> policy) const {
    if (!policy && policy.error().status == 404) return NoVersion();
    if (!policy) return policy;
    if ((*policy)->Find(VersionNumber(id)) == nullptr) return NoVersion();
    return policy;
  }

  const std::string id;
};

class CreatePolicyVersion : public PolicyCall {
 public:
  explicit CreatePolicyVersion(Parameters& in)
      : PolicyCall("CreatePolicyVersion", in),
        document_(in.Required("PolicyDocument", kDocument)),
        set_default_(in.Boolean("SetAsDefault", false)) {}

  Outcome Run(const Call& call, ResultWriter& out) const override {
    KAGIMORI_ASSIGN_OR_RETURN(auto policy, FindOwnPolicy(call, arn));
    KAGIMORI_ASSIGN_OR_RETURN(identity::PolicyText text, AcceptIdentityPolicy(document_));
    if (PolicySize(document_) > kManagedPolicySize) return QuotaExceeded("PolicySize", kManagedPolicySize);
    if (policy->versions.size() >= kVersionsPerPolicy) {
      return LimitExceeded(
          "A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing "
          "version.");
    }
    ManagedPolicy after = *policy;
    after.versions.push_back({after.next_version++, call.now, std::move(text)});
    after.updated = call.now;
    if (set_default_) after.default_version = after.versions.back().number;
    out.Open("PolicyVersion");
    WriteVersion(after, after.versions.back(), out);
    out.Close("PolicyVersion");
    return ChangePolicy(call, std::move(policy), std::move(after));
  }

 private:
  std::string document_;
  bool set_default_;
};

class GetPolicyVersion : public VersionCall {
 public:
  explicit GetPolicyVersion(Parameters& in) : VersionCall("GetPolicyVersion", in) {}

  Outcome Run(const Call& call, ResultWriter& out) const override {
    KAGIMORI_ASSIGN_OR_RETURN(const auto policy, FindWithVersion(FindPolicy(call, arn)));
    const ManagedPolicyVersion& version = *policy->Find(VersionNumber(id));
    out.Open("PolicyVersion");
    out.Document("Document", version.policy.document);
    WriteVersion(*policy, version, out);
    out.Close("PolicyVersion");
    return std::nullopt;
  }
};

class ListPolicyVersions : public PolicyCall {
 public:
  explicit ListPolicyVersions(Parameters& in) : PolicyCall("ListPolicyVersions", in), page_(ReadPage(in)) {}

  // The newest first.
  Outcome Run(const Call& call, ResultWriter& out) const override {
    KAGIMORI_ASSIGN_OR_RETURN(const auto policy, FindPolicy(call, arn));
    KAGIMORI_ASSIGN_OR_RETURN(Page page, Page::Open(call, page_, "ListPolicyVersions/" + policy->id));
    out.OpenList("Versions");
    for (const ManagedPolicyVersion& version : policy->versions | std::views::reverse) {
      // Keys have to ascend.
      if (!page.Takes(fmt::format("{:010}", INT32_MAX - version.number))) continue;
      out.OpenMember();
      WriteVersion(*policy, version, out);
      out.CloseMember();
    }
    out.CloseList("Versions");
    page.Finish(call, out);
    return std::nullopt;
  }

 private:
  PageRequest page_;
};

class DeletePolicyVersion : public VersionCall {
 public:
  explicit DeletePolicyVersion(Parameters& in) : VersionCall("DeletePolicyVersion", in) {}

  Outcome Run(const Call& call, ResultWriter&) const override {
    KAGIMORI_ASSIGN_OR_RETURN(auto policy, FindWithVersion(FindOwnPolicy(call, arn)));
    if (policy->default_version == VersionNumber(id)) {
      return DeleteConflict("Cannot delete the default version of a policy.");
    }
    ManagedPolicy after = *policy;
    std::erase_if(after.versions, [&](const auto& version) { return version.number == VersionNumber(id); });
    return ChangePolicy(call, std::move(policy), std::move(after));
  }
};

class SetDefaultPolicyVersion : public VersionCall {
 public:
  explicit SetDefaultPolicyVersion(Parameters& in) : VersionCall("SetDefaultPolicyVersion", in) {}

  Outcome Run(const Call& call, ResultWriter&) const override {
    KAGIMORI_ASSIGN_OR_RETURN(auto policy, FindWithVersion(FindOwnPolicy(call, arn)));
    ManagedPolicy after = *policy;
    after.default_version = VersionNumber(id);
    after.updated = call.now;
    return ChangePolicy(call, std::move(policy), std::move(after));
  }
};

constexpr Operation kOperations[] = {
    Answers<CreatePolicyVersion>("CreatePolicyVersion"), Reads<GetPolicyVersion>("GetPolicyVersion"),
    Reads<ListPolicyVersions>("ListPolicyVersions"), Changes<DeletePolicyVersion>("DeletePolicyVersion"),
    Changes<SetDefaultPolicyVersion>("SetDefaultPolicyVersion")};

}  // namespace

std::span<const Operation> PolicyVersionOperations() { return kOperations; }

}  // namespace kagimori::iam
