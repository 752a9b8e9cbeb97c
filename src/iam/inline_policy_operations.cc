// Put…Policy, Get…Policy, Delete…Policy and List…Policies of users, groups and roles.

#include <algorithm>

#include "iam/holder.h"
#include "iam/lookup.h"
#include "iam/operation.h"
#include "iam/paging.h"
#include "iam/policy_rules.h"

namespace kagimori::iam {
namespace {

using identity::Group;
using identity::InlinePolicy;
using identity::Role;
using identity::User;

template <class T>
OrError<typename std::vector<InlinePolicy>::const_iterator> FindInline(const T& holder, std::string_view name) {
  const auto found = std::ranges::find_if(holder.inline_policies, [&](const InlinePolicy& policy) {
    return identity::FoldName(policy.name) == identity::FoldName(name);
  });
  if (found != holder.inline_policies.end()) return found;
  return NoSuchEntity(fmt::format("The {} policy with name {} cannot be found.", KindText<T>::kLower, name));
}

// Of all inline policies together; `without`: one that is about to be replaced.
template <class T>
size_t InlineSize(const T& holder, std::string_view without) {
  size_t size = 0;
  for (const InlinePolicy& policy : holder.inline_policies) {
    if (policy.name != without) size += PolicySize(policy.policy.document);
  }
  return size;
}

template <class T>
class PutPolicy : public OperationCall {
 public:
  explicit PutPolicy(Parameters& in)
      : holder_(in.Required(Holder<T>::kNameMember, Holder<T>::NameRule())),
        name_(in.Required("PolicyName", kPolicyName)),
        document_(in.Required("PolicyDocument", kDocument)) {}

  OrError<std::vector<Access>> Ask(const Call& call) const override {
    return Only(AccessTo<T>(call, fmt::format("Put{}Policy", KindText<T>::kUpper), holder_));
  }

  Outcome Run(const Call& call, ResultWriter&) const override {
    KAGIMORI_ASSIGN_OR_RETURN(const auto holder, FindNamed<T>(call, holder_));
    KAGIMORI_ASSIGN_OR_RETURN(identity::PolicyText policy, AcceptIdentityPolicy(document_));
    T after = *holder;
    auto old = std::ranges::find_if(after.inline_policies, [&](const InlinePolicy& there) {
      return identity::FoldName(there.name) == identity::FoldName(name_);
    });
    const std::string replaced = old != after.inline_policies.end() ? old->name : std::string();
    if (InlineSize(after, replaced) + PolicySize(document_) > Holder<T>::kInlineSize) {
      return LimitExceeded(fmt::format("Maximum policy size of {} bytes exceeded for {} {}", Holder<T>::kInlineSize,
                                       KindText<T>::kLower, holder->name));
    }
    if (old != after.inline_policies.end()) after.inline_policies.erase(old);
    const auto at = std::ranges::lower_bound(after.inline_policies, name_, {}, &InlinePolicy::name);
    after.inline_policies.insert(at, {name_, std::move(policy)});
    return ChangeHolder<T>(call, holder, std::move(after));
  }

 private:
  std::string holder_;
  std::string name_;
  std::string document_;
};

template <class T>
class GetPolicy : public OperationCall {
 public:
  explicit GetPolicy(Parameters& in)
      : holder_(in.Required(Holder<T>::kNameMember, Holder<T>::NameRule())),
        name_(in.Required("PolicyName", kPolicyName)) {}

  OrError<std::vector<Access>> Ask(const Call& call) const override {
    return Only(AccessTo<T>(call, fmt::format("Get{}Policy", KindText<T>::kUpper), holder_));
  }

  Outcome Run(const Call& call, ResultWriter& out) const override {
    KAGIMORI_ASSIGN_OR_RETURN(const auto holder, FindNamed<T>(call, holder_));
    KAGIMORI_ASSIGN_OR_RETURN(const auto policy, FindInline(*holder, name_));
    out.Text(Holder<T>::kNameMember, holder->name);
    out.Text("PolicyName", policy->name);
    out.Document("PolicyDocument", policy->policy.document);
    return std::nullopt;
  }

 private:
  std::string holder_;
  std::string name_;
};

template <class T>
class DeletePolicy : public OperationCall {
 public:
  explicit DeletePolicy(Parameters& in)
      : holder_(in.Required(Holder<T>::kNameMember, Holder<T>::NameRule())),
        name_(in.Required("PolicyName", kPolicyName)) {}

  OrError<std::vector<Access>> Ask(const Call& call) const override {
    return Only(AccessTo<T>(call, fmt::format("Delete{}Policy", KindText<T>::kUpper), holder_));
  }

  Outcome Run(const Call& call, ResultWriter&) const override {
    KAGIMORI_ASSIGN_OR_RETURN(const auto holder, FindNamed<T>(call, holder_));
    T after = *holder;
    KAGIMORI_ASSIGN_OR_RETURN(const auto policy, FindInline(after, name_));
    after.inline_policies.erase(policy);
    return ChangeHolder<T>(call, holder, std::move(after));
  }

 private:
  std::string holder_;
  std::string name_;
};

template <class T>
class ListPolicies : public OperationCall {
 public:
  explicit ListPolicies(Parameters& in)
      : holder_(in.Required(Holder<T>::kNameMember, Holder<T>::NameRule())), page_(ReadPage(in)) {}

  OrError<std::vector<Access>> Ask(const Call& call) const override {
    return Only(AccessTo<T>(call, fmt::format("List{}Policies", KindText<T>::kUpper), holder_));
  }

  Outcome Run(const Call& call, ResultWriter& out) const override {
    KAGIMORI_ASSIGN_OR_RETURN(const auto holder, FindNamed<T>(call, holder_));
    KAGIMORI_ASSIGN_OR_RETURN(Page page, Page::Open(call, page_, "ListInlinePolicies/" + holder->id));
    out.OpenList("PolicyNames");
    for (const InlinePolicy& policy : holder->inline_policies) {
      if (page.Takes(policy.name)) out.MemberText(policy.name);
    }
    out.CloseList("PolicyNames");
    page.Finish(call, out);
    return std::nullopt;
  }

 private:
  std::string holder_;
  PageRequest page_;
};

constexpr Operation kOperations[] = {
    Changes<PutPolicy<User>>("PutUserPolicy"),       Changes<PutPolicy<Group>>("PutGroupPolicy"),
    Changes<PutPolicy<Role>>("PutRolePolicy"),       Reads<GetPolicy<User>>("GetUserPolicy"),
    Reads<GetPolicy<Group>>("GetGroupPolicy"),       Reads<GetPolicy<Role>>("GetRolePolicy"),
    Changes<DeletePolicy<User>>("DeleteUserPolicy"), Changes<DeletePolicy<Group>>("DeleteGroupPolicy"),
    Changes<DeletePolicy<Role>>("DeleteRolePolicy"), Reads<ListPolicies<User>>("ListUserPolicies"),
    Reads<ListPolicies<Group>>("ListGroupPolicies"), Reads<ListPolicies<Role>>("ListRolePolicies")};

}  // namespace

std::span<const Operation> InlinePolicyOperations() { return kOperations; }

}  // namespace kagimori::iam
