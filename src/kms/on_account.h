#ifndef KAGIMORI_KMS_ON_ACCOUNT_H_
#define KAGIMORI_KMS_ON_ACCOUNT_H_

#include <utility>

#include "keys/actions.h"
#include "kms/errors.h"
#include "kms/operation.h"

namespace kagimori::kms {

template <class Api, class Action>
Resolved<Api, keys::Authorized<Action, keys::AccountScope>> AuthorizeAccount(Session& session) {
  auto decision = session.authorizer.template OnAccount<Action>(
      session.asking, keys::AccountScope{.account = session.call.account(), .region = session.call.region},
      &session.trail.decision);
  if (!decision)
    return std::unexpected(shapes::OpError<Api>::From(ToApiError(std::move(decision).error(), session.trail)));
  return std::move(*decision);
}

// The kind of operation that acts on no key that is there already.
template <class ApiTag, class ActionTag>
struct OnAccount {
  using Api = ApiTag;
  using Action = ActionTag;
  using Inputs = keys::Authorized<Action, keys::AccountScope>;
  using Request = typename Api::Request;

  static Task<Resolved<Api, Inputs>> Resolve(Session& session, const Request&) {
    co_return AuthorizeAccount<Api, Action>(session);
  }
  template <class Visit>
  static void ForEachKey(const Inputs&, Visit&&) {}
};

}  // namespace kagimori::kms

#endif  // KAGIMORI_KMS_ON_ACCOUNT_H_
