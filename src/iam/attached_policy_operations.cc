// Attach…Policy, Detach…Policy and ListAttached…Policies of users, groups and roles.

#include <algorithm>

#include "iam/holder.h"
#include "iam/lookup.h"
#include "iam/operation.h"
#include "iam/paging.h"

namespace kagimori::iam {
namespace {

using identity::Group;
using identity::Role;
using identity::User;

template <class T>
class AttachmentCall : public OperationCall {
 public:
  AttachmentCall(std::string_view verb, Parameters& in)
      : holder_name(in.Required(Holder<T>::kNameMember, Holder<T>::AttachNameRule())),
        arn(in.Required("PolicyArn", kArn)),
        verb_(verb) {}

  OrError<std::vector<Access>> Ask(const Call& call) const override {
    Access access = AccessTo<T>(call, fmt::format("{}{}Policy", verb_, KindText<T>::kUpper), holder_name);
    access.policy_arn = arn;
    return Only(std::move(access));
  }

 protected:
  const std::string holder_name;
  const std::string arn;

 private:
  std::string_view verb_;
};

template <class T>
class AttachPolicy : public AttachmentCall<T> {
 public:
  explicit AttachPolicy(Parameters& in) : AttachmentCall<T>("Attach", in) {}

  // What is attached already stays so.
  Outcome Run(const Call& call, ResultWriter&) const override {
    KAGIMORI_ASSIGN_OR_RETURN(const auto holder, FindNamed<T>(call, this->holder_name));
    KAGIMORI_RETURN_IF_ERROR(FindAttachablePolicy(call, this->arn));
    if (std::ranges::find(holder->attached, this->arn) != holder->attached.end()) return std::nullopt;
    if (holder->attached.size() >= kAttachedPolicies) {
      return QuotaExceeded(Holder<T>::kAttachedQuota, kAttachedPolicies);
    }
    T after = *holder;
    after.attached.push_back(this->arn);
    return ChangeHolder<T>(call, holder, std::move(after));
  }
};

template <class T>
class DetachPolicy : public AttachmentCall<T> {
 public:
  explicit DetachPolicy(Parameters& in) : AttachmentCall<T>("Detach", in) {}

  Outcome Run(const Call& call, ResultWriter&) const override {
    KAGIMORI_ASSIGN_OR_RETURN(const auto holder, FindNamed<T>(call, this->holder_name));
    KAGIMORI_RETURN_IF_ERROR(FindPolicy(call, this->arn));
    T after = *holder;
    if (std::erase(after.attached, this->arn) == 0) {
      return NoSuchEntity(fmt::format("Policy {} was not found.", this->arn));
    }
    return ChangeHolder<T>(call, holder, std::move(after));
  }
};

template <class T>
class ListAttachedPolicies : public OperationCall {
 public:
  explicit ListAttachedPolicies(Parameters& in)
      : holder_(in.Required(Holder<T>::kNameMember, Holder<T>::AttachNameRule())),
        prefix_(in.Optional("PathPrefix", kPolicyPath).value_or("/")),
        page_(ReadPage(in)) {}

  OrError<std::vector<Access>> Ask(const Call& call) const override {
    return Only(AccessTo<T>(call, fmt::format("ListAttached{}Policies", KindText<T>::kUpper), holder_));
  }

  Outcome Run(const Call& call, ResultWriter& out) const override {
    KAGIMORI_ASSIGN_OR_RETURN(const auto holder, FindNamed<T>(call, holder_));
    KAGIMORI_ASSIGN_OR_RETURN(Page page, Page::Open(call, page_, "ListAttachedPolicies/" + holder->id + prefix_));
    // By id, which fits in a marker whatever the path.
    std::map<std::string, std::shared_ptr<const identity::ManagedPolicy>> policies;
    for (const std::string& arn : holder->attached) {
      if (auto policy = call.account->FindPolicy(arn)) policies.emplace(policy->id, policy);
    }
    out.OpenList("AttachedPolicies");
    for (const auto& [id, policy] : policies) {
      if (!policy->path.starts_with(prefix_) || !page.Takes(id)) continue;
      out.OpenMember();
      out.Text("PolicyName", policy->name);
      out.Text("PolicyArn", identity::ArnOf(call.id(), *policy));
      out.CloseMember();
    }
    out.CloseList("AttachedPolicies");
    page.Finish(call, out);
    return std::nullopt;
  }

 private:
  std::string holder_;
  std::string prefix_;
  PageRequest page_;
};

constexpr Operation kOperations[] = {Changes<AttachPolicy<User>>("AttachUserPolicy"),
                                     Changes<AttachPolicy<Group>>("AttachGroupPolicy"),
                                     Changes<AttachPolicy<Role>>("AttachRolePolicy"),
                                     Changes<DetachPolicy<User>>("DetachUserPolicy"),
                                     Changes<DetachPolicy<Group>>("DetachGroupPolicy"),
                                     Changes<DetachPolicy<Role>>("DetachRolePolicy"),
                                     Reads<ListAttachedPolicies<User>>("ListAttachedUserPolicies"),
                                     Reads<ListAttachedPolicies<Group>>("ListAttachedGroupPolicies"),
                                     Reads<ListAttachedPolicies<Role>>("ListAttachedRolePolicies")};

}  // namespace

std::span<const Operation> AttachedPolicyOperations() { return kOperations; }

}  // namespace kagimori::iam
