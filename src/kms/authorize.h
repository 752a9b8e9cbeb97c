#ifndef KAGIMORI_KMS_AUTHORIZE_H_
#define KAGIMORI_KMS_AUTHORIZE_H_

#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "kms/errors.h"
#include "kms/grants_of_caller.h"
#include "kms/operation.h"

// Step 8: may the caller do this to that resource? What the decision rests on goes into the trail.
namespace kagimori::kms {

template <class Action>
using KeyDecision = std::expected<keys::Authorized<Action, keys::Key>, shapes::ApiError>;

// The operation of a grant that the permission is; nothing: none.
template <class Action>
std::optional<keys::GrantOperation> GrantOperationOf() {
  static const std::optional<keys::GrantOperation> operation = keys::GrantOperationFor(Action::kName);
  return operation;
}

// By what is in the core's caches, and what `grants` has loaded.
template <class Action>
KeyDecision<Action> AuthorizeNow(Session& session, std::string_view alias, std::shared_ptr<const keys::Key> key,
                                 keys::CanonicalContext& context, GrantsOfCaller* grants) {
  auto decision = session.authorizer.template OnKey<Action>(session.asking, alias, std::move(key), std::move(context),
                                                            grants, &session.trail.decision);
  if (decision) return std::move(*decision);
  return std::unexpected(ToApiError(std::move(decision).error(), session.trail));
}

template <class Action>
Task<KeyDecision<Action>> AuthorizeWithGrants(Session& session, std::string_view alias,
                                              const std::shared_ptr<const keys::Key>* key,
                                              keys::CanonicalContext& context, GrantsOfCaller* grants) {
  Result<> loaded = co_await grants->Load();
  if (!loaded) co_return std::unexpected(Internal(std::move(loaded).error(), session.trail));
  co_return AuthorizeNow<Action>(session, alias, *key, context, grants);
}

// `alias`: the alias name by which the request named the key, or empty. `context`: the encryption context, which goes
// into the proof. The caller's grants are read only where policies do not let it in. (A macro's worth of coroutine: the
// first question is put without a frame of its own, since nearly every request ends there.)
#define KAGIMORI_AUTHORIZE_KEY(decision, Action, session, alias, key, context)                           \
  GrantsOfCaller decision##_grants(session, *(key), GrantOperationOf<Action>());                         \
  KeyDecision<Action> decision = AuthorizeNow<Action>(session, alias, key, context, &decision##_grants); \
  if (!decision && decision##_grants.missing()) {                                                        \
    KeyDecision<Action> decision##_again =                                                               \
        co_await AuthorizeWithGrants<Action>(session, alias, &(key), context, &decision##_grants);       \
    decision = std::move(decision##_again);                                                              \
  }

template <class Action>
std::expected<keys::Authorized<Action, keys::AliasName>, shapes::ApiError> AuthorizeAlias(Session& session,
                                                                                          keys::AliasName name) {
  auto decision = session.authorizer.template OnAlias<Action>(session.asking, std::move(name), &session.trail.decision);
  if (decision) return std::move(*decision);
  return std::unexpected(ToApiError(std::move(decision).error(), session.trail));
}

}  // namespace kagimori::kms

#endif  // KAGIMORI_KMS_AUTHORIZE_H_
