#ifndef KAGIMORI_KMS_ON_KEY_H_
#define KAGIMORI_KMS_ON_KEY_H_

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "keys/actions.h"
#include "kms/authorize.h"
#include "kms/errors.h"
#include "kms/operation.h"

namespace kagimori::kms {

// Whether the operation's `member` takes aliases too: its descriptor says.
template <class Api>
keys::AliasForms FormsOf(std::string_view member) {
  for (const shapes::IdentifierMember& identifier : shapes::Describe(Api::kOperation).identifiers) {
    if (identifier.member == member) {
      return identifier.form == shapes::IdentifierForm::kAny ? keys::AliasForms::kAllowed : keys::AliasForms::kRefused;
    }
  }
  return keys::AliasForms::kRefused;
}

// The canonical encryption context of a request that has one; else the empty one.
template <class Request>
keys::CanonicalContext ContextOf(const Request& request) {
  if constexpr (requires { request.encryption_context; }) {
    if (request.encryption_context) return keys::CanonicalContext(*request.encryption_context);
  }
  return {};
}

// Looks up the key that `text` names and asks for `Action` on it.
template <class Api, class Action>
Task<Resolved<Api, keys::Authorized<Action, keys::Key>>> ResolveKey(Session& session, std::string_view text,
                                                                    keys::AliasForms forms,
                                                                    keys::CanonicalContext context) {
  using Error = shapes::OpError<Api>;
  std::shared_ptr<const keys::Key> key = session.resolver.FindCached(text);
  std::string alias;
  if (key == nullptr) {
    std::expected<keys::ResolvedKey, keys::LookupFailure> found = co_await session.resolver.FindKey(text, forms);
    if (!found) co_return std::unexpected(Error::From(ToApiError(std::move(found).error(), Action::kName, session)));
    key = std::move(found->key);
    alias = std::move(found->alias);
  }
  session.trail.Add(key);
  KAGIMORI_AUTHORIZE_KEY(decision, Action, session, alias, key, context);
  if (!decision) co_return std::unexpected(Error::From(std::move(decision).error()));
  co_return std::move(*decision);
}

// The kind of operation that acts on the one key its KeyId names.
template <class ApiTag, class ActionTag>
struct OnKey {
  using Api = ApiTag;
  using Action = ActionTag;
  using Inputs = keys::Authorized<Action, keys::Key>;
  using Request = typename Api::Request;

  static Task<Resolved<Api, Inputs>> Resolve(Session& session, const Request& request) {
    static const keys::AliasForms forms = FormsOf<Api>("KeyId");
    return ResolveKey<Api, Action>(session, request.key_id, forms, ContextOf(request));
  }
  // The keys whose usage and state are checked.
  template <class Visit>
  static void ForEachKey(const Inputs& inputs, Visit&& visit) {
    visit(inputs.resource());
  }
};

// Answers with a key that differs from what it was.
inline keys::Change ChangeOf(const std::shared_ptr<const keys::Key>& before, keys::Key after,
                             std::vector<keys::Part> parts = {}) {
  keys::Change change;
  change.keys.push_back(
      {.before = before, .after = std::move(after), .parts = std::move(parts), .material = std::nullopt});
  return change;
}

}  // namespace kagimori::kms

#endif  // KAGIMORI_KMS_ON_KEY_H_
