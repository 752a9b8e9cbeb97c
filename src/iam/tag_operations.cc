// Tag…, Untag… and List…Tags of users, roles, policies and OIDC providers.

#include "iam/lookup.h"
#include "iam/operation.h"
#include "iam/paging.h"
#include "iam/provider.h"
#include "iam/rules.h"
#include "iam/tag_rules.h"

namespace kagimori::iam {
namespace {

using identity::AccountChange;
using identity::ManagedPolicy;
using identity::OidcProvider;
using identity::Role;
using identity::User;

// What the four kinds differ in: how the thing is named, found and changed.
template <class T>
struct Tagged;

template <>
struct Tagged<User> {
  static constexpr std::string_view kOperationName = "User";
  static constexpr std::string_view kMember = "UserName";
  static constexpr TagCase kCase = TagCase::kFolded;
  static const shapes::TextRule& Rule() { return kExistingUserName; }
  static Access AccessOf(const Call& call, std::string_view operation, std::string_view name) {
    return AccessTo<User>(call, operation, name);
  }
  static auto Find(const Call& call, std::string_view name) { return FindNamed<User>(call, name); }
  static auto FindOwn(const Call& call, std::string_view name) { return FindNamed<User>(call, name); }
  static auto& ChangesOf(AccountChange& change) { return change.users; }
};
template <>
struct Tagged<Role> {
  static constexpr std::string_view kOperationName = "Role";
  static constexpr std::string_view kMember = "RoleName";
  static constexpr TagCase kCase = TagCase::kFolded;
  static const shapes::TextRule& Rule() { return kRoleName; }
  static Access AccessOf(const Call& call, std::string_view operation, std::string_view name) {
    return AccessTo<Role>(call, operation, name);
  }
  static auto Find(const Call& call, std::string_view name) { return FindNamed<Role>(call, name); }
  static auto FindOwn(const Call& call, std::string_view name) { return FindNamed<Role>(call, name); }
  static auto& ChangesOf(AccountChange& change) { return change.roles; }
};
template <>
struct Tagged<ManagedPolicy> {
  static constexpr std::string_view kOperationName = "Policy";
  static constexpr std::string_view kMember = "PolicyArn";
  static constexpr TagCase kCase = TagCase::kExact;
  static const shapes::TextRule& Rule() { return kArn; }
  static Access AccessOf(const Call& call, std::string_view operation, std::string_view arn) {
    return AccessToPolicy(call, operation, arn);
  }
  static auto Find(const Call& call, std::string_view arn) { return FindPolicy(call, arn); }
  static auto FindOwn(const Call& call, std::string_view arn) { return FindOwnPolicy(call, arn); }
  static auto& ChangesOf(AccountChange& change) { return change.policies; }
};
template <>
struct Tagged<OidcProvider> {
  static constexpr std::string_view kOperationName = "OpenIDConnectProvider";
  static constexpr std::string_view kMember = "OpenIDConnectProviderArn";
  static constexpr TagCase kCase = TagCase::kExact;
  static const shapes::TextRule& Rule() { return kArn; }
  static Access AccessOf(const Call& call, std::string_view operation, std::string_view arn) {
    return AccessToProvider(call, operation, arn);
  }
  static auto Find(const Call& call, std::string_view arn) { return FindProvider(call, arn); }
  static auto FindOwn(const Call& call, std::string_view arn) { return FindProvider(call, arn); }
  static auto& ChangesOf(AccountChange& change) { return change.providers; }
};

template <class T>
AccountChange ChangeTags(const Call& call, std::shared_ptr<const T> before, T after) {
  AccountChange change = ChangeOf(call);
  Tagged<T>::ChangesOf(change).push_back({std::move(before), std::move(after)});
  return change;
}

template <class T>
class TagThing : public OperationCall {
 public:
  explicit TagThing(Parameters& in) : thing_(in.Required(Tagged<T>::kMember, Tagged<T>::Rule())) {
    in.RequireList("Tags");
    tags_ = in.Tags();
  }

  OrError<std::vector<Access>> Ask(const Call& call) const override {
    Access access = Tagged<T>::AccessOf(call, fmt::format("Tag{}", Tagged<T>::kOperationName), thing_);
    access.request_tags = tags_;
    return Only(std::move(access));
  }

  Outcome Run(const Call& call, ResultWriter&) const override {
    KAGIMORI_RETURN_IF_ERROR(CheckTags(tags_, Tagged<T>::kCase));
    KAGIMORI_ASSIGN_OR_RETURN(const auto thing, Tagged<T>::FindOwn(call, thing_));
    T after = *thing;
    KAGIMORI_RETURN_IF_ERROR(MergeTags(tags_, Tagged<T>::kCase, &after.tags));
    return ChangeTags<T>(call, thing, std::move(after));
  }

 private:
  std::string thing_;
  std::vector<identity::Tag> tags_;
};

template <class T>
class UntagThing : public OperationCall {
 public:
  explicit UntagThing(Parameters& in)
      : thing_(in.Required(Tagged<T>::kMember, Tagged<T>::Rule())), keys_(in.TagKeys()) {}

  OrError<std::vector<Access>> Ask(const Call& call) const override {
    Access access = Tagged<T>::AccessOf(call, fmt::format("Untag{}", Tagged<T>::kOperationName), thing_);
    access.tag_keys = keys_;
    return Only(std::move(access));
  }

  Outcome Run(const Call& call, ResultWriter&) const override {
    KAGIMORI_ASSIGN_OR_RETURN(const auto thing, Tagged<T>::FindOwn(call, thing_));
    T after = *thing;
    RemoveTags(keys_, Tagged<T>::kCase, &after.tags);
    if (after.tags == thing->tags) return std::nullopt;
    return ChangeTags<T>(call, thing, std::move(after));
  }

 private:
  std::string thing_;
  std::vector<std::string> keys_;
};

template <class T>
class ListTags : public OperationCall {
 public:
  explicit ListTags(Parameters& in) : thing_(in.Required(Tagged<T>::kMember, Tagged<T>::Rule())), page_(ReadPage(in)) {}

  OrError<std::vector<Access>> Ask(const Call& call) const override {
    return Only(Tagged<T>::AccessOf(call, fmt::format("List{}Tags", Tagged<T>::kOperationName), thing_));
  }

  Outcome Run(const Call& call, ResultWriter& out) const override {
    KAGIMORI_ASSIGN_OR_RETURN(const auto thing, Tagged<T>::Find(call, thing_));
    KAGIMORI_ASSIGN_OR_RETURN(Page page, Page::Open(call, page_, "ListTags/" + thing->id));
    std::vector<identity::Tag> tags = Sorted(thing->tags);
    std::erase_if(tags, [&](const identity::Tag& tag) { return !page.Takes(tag.key); });
    WriteTags(tags, out);
    page.Finish(call, out);
    return std::nullopt;
  }

 private:
  std::string thing_;
  PageRequest page_;
};

constexpr Operation kOperations[] = {Changes<TagThing<User>>("TagUser"),
                                     Changes<TagThing<Role>>("TagRole"),
                                     Changes<TagThing<ManagedPolicy>>("TagPolicy"),
                                     Changes<TagThing<OidcProvider>>("TagOpenIDConnectProvider"),
                                     Changes<UntagThing<User>>("UntagUser"),
                                     Changes<UntagThing<Role>>("UntagRole"),
                                     Changes<UntagThing<ManagedPolicy>>("UntagPolicy"),
                                     Changes<UntagThing<OidcProvider>>("UntagOpenIDConnectProvider"),
                                     Reads<ListTags<User>>("ListUserTags"),
                                     Reads<ListTags<Role>>("ListRoleTags"),
                                     Reads<ListTags<ManagedPolicy>>("ListPolicyTags"),
                                     Reads<ListTags<OidcProvider>>("ListOpenIDConnectProviderTags")};

}  // namespace

std::span<const Operation> TagOperations() { return kOperations; }

}  // namespace kagimori::iam
