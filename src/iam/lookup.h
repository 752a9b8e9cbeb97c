#ifndef KAGIMORI_IAM_LOOKUP_H_
#define KAGIMORI_IAM_LOOKUP_H_

#include <fmt/format.h>

#include <memory>
#include <string>
#include <string_view>

#include "iam/access.h"
#include "iam/call.h"

namespace kagimori::iam {

// How the four kinds of entities that a client names are called in texts and members.
template <class T>
struct KindText;
template <>
struct KindText<identity::User> {
  static constexpr std::string_view kLower = "user";
  static constexpr std::string_view kUpper = "User";
};
template <>
struct KindText<identity::Group> {
  static constexpr std::string_view kLower = "group";
  static constexpr std::string_view kUpper = "Group";
};
template <>
struct KindText<identity::Role> {
  static constexpr std::string_view kLower = "role";
  static constexpr std::string_view kUpper = "Role";
};

// Or "The user with name X cannot be found."
template <class T>
OrError<std::shared_ptr<const T>> FindNamed(const Call& call, std::string_view name) {
  if (auto found = call.account->Find<T>(name)) return found;
  return NoSuchEntity(fmt::format("The {} with name {} cannot be found.", KindText<T>::kLower, name));
}

template <class T>
std::unexpected<ApiError> AlreadyExists(std::string_view name) {
  return EntityAlreadyExists(fmt::format("{} with name {} already exists.", KindText<T>::kUpper, name));
}

// The account's own policy or one of AWS's, or "Policy X was not found."
OrError<std::shared_ptr<const identity::ManagedPolicy>> FindPolicy(const Call& call, std::string_view arn);
// The same for what changes it: only the account's own.
OrError<std::shared_ptr<const identity::ManagedPolicy>> FindOwnPolicy(const Call& call, std::string_view arn);
// The same for what makes use of it: "Policy X does not exist or is not attachable."
OrError<std::shared_ptr<const identity::ManagedPolicy>> FindAttachablePolicy(const Call& call, std::string_view arn);

// What is to be allowed on an entity that the client names: its ARN and tags if it is there.
template <class T>
Access AccessTo(const Call& call, std::string_view operation, std::string_view name) {
  Access access{.action = fmt::format("iam:{}", operation),
                .resource = {},
                .shown = fmt::format("{} {}", KindText<T>::kLower, name)};
  if (auto found = call.account->Find<T>(name)) {
    access.resource = identity::ArnOf(call.id(), *found);
    access.resource_tags = found->tags;
    if constexpr (requires { found->boundary; }) access.boundary = found->boundary;
  } else {
    access.resource = identity::ArnOf(call.id(), T::kKind, "/", name);
  }
  return access;
}

// On an entity that is about to be: its ARN is given in full.
Access AccessToNew(const Call& call, std::string_view operation, identity::EntityKind kind, std::string_view path,
                   std::string_view name);
// On a managed policy by its ARN.
Access AccessToPolicy(const Call& call, std::string_view operation, std::string_view arn);
// On whatever is listed: "arn:aws:iam::111122223333:user/", with the path prefix if there is one.
Access AccessToList(const Call& call, std::string_view operation, identity::EntityKind kind, std::string_view prefix);
// On no resource: "*".
Access AccessToAll(std::string_view operation);

// The user that an operation without UserName is about: the caller, who must be one.
OrError<std::string> UserNameOrCaller(const Call& call, const std::optional<std::string>& name);

}  // namespace kagimori::iam

#endif  // KAGIMORI_IAM_LOOKUP_H_
