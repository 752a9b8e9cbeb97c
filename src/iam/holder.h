#ifndef KAGIMORI_IAM_HOLDER_H_
#define KAGIMORI_IAM_HOLDER_H_

#include <string_view>
#include <vector>

#include "iam/call.h"
#include "iam/quotas.h"
#include "iam/rules.h"
#include "identity/account_change.h"

namespace kagimori::iam {

// What the operations on the policies of users, groups and roles differ in.
template <class T>
struct Holder;

template <>
struct Holder<identity::User> {
  static constexpr std::string_view kNameMember = "UserName";
  static constexpr size_t kInlineSize = kUserPolicySize;
  static constexpr std::string_view kAttachedQuota = "PoliciesPerUser";
  static const shapes::TextRule& NameRule() { return kExistingUserName; }
  static const shapes::TextRule& AttachNameRule() { return kUserName; }
  static auto& ChangesOf(identity::AccountChange& change) { return change.users; }
};
template <>
struct Holder<identity::Group> {
  static constexpr std::string_view kNameMember = "GroupName";
  static constexpr size_t kInlineSize = kGroupPolicySize;
  static constexpr std::string_view kAttachedQuota = "PoliciesPerGroup";
  static const shapes::TextRule& NameRule() { return kGroupName; }
  static const shapes::TextRule& AttachNameRule() { return kGroupName; }
  static auto& ChangesOf(identity::AccountChange& change) { return change.groups; }
};
template <>
struct Holder<identity::Role> {
  static constexpr std::string_view kNameMember = "RoleName";
  static constexpr size_t kInlineSize = kRolePolicySize;
  static constexpr std::string_view kAttachedQuota = "PoliciesPerRole";
  static const shapes::TextRule& NameRule() { return kRoleName; }
  static const shapes::TextRule& AttachNameRule() { return kRoleName; }
  static auto& ChangesOf(identity::AccountChange& change) { return change.roles; }
};

// `before` becomes `after`, and nothing else changes.
template <class T>
identity::AccountChange ChangeHolder(const Call& call, std::shared_ptr<const T> before, T after) {
  identity::AccountChange change = ChangeOf(call);
  Holder<T>::ChangesOf(change).push_back({std::move(before), std::move(after)});
  return change;
}

}  // namespace kagimori::iam

#endif  // KAGIMORI_IAM_HOLDER_H_
