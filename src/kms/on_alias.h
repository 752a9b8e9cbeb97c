#ifndef KAGIMORI_KMS_ON_ALIAS_H_
#define KAGIMORI_KMS_ON_ALIAS_H_

#include <memory>
#include <string>
#include <utility>

#include "kms/on_key.h"

namespace kagimori::kms {

// An alias that is there, with the key that it leads to.
template <class Action>
struct AliasAndTarget {
  keys::Authorized<Action, keys::AliasName> name;
  keys::Authorized<Action, keys::Key> target;
  std::shared_ptr<const keys::Alias> alias;  // never null
};

// Finds an alias of the caller's and asks for `Action` on it and on its key. "Alias <ARN> is not found." when there is
// none, or its key is gone.
template <class Api, class Action>
Task<Resolved<Api, AliasAndTarget<Action>>> ResolveAlias(Session& session, const std::string& alias_name) {
  using OpError = shapes::OpError<Api>;
  keys::AliasName name{.account = session.call.account(), .region = session.call.region, .name = alias_name};
  session.trail.Add(name);
  Result<std::shared_ptr<const keys::Alias>> alias = co_await session.resolver.GetAlias(name);
  if (!alias) co_return std::unexpected(OpError::From(Internal(std::move(alias).error(), session.trail)));
  std::shared_ptr<const keys::Key> key;
  if (*alias != nullptr) {
    keys::KeyName target{.account = name.account, .region = name.region, .id = (*alias)->target};
    Result<std::shared_ptr<const keys::Key>> found = co_await session.resolver.GetKey(target);
    if (!found) co_return std::unexpected(OpError::From(Internal(std::move(found).error(), session.trail)));
    key = *std::move(found);
  }
  if (key == nullptr)
    co_return std::unexpected(OpError(shapes::Errors::NotFound("Alias " + name.Arn() + " is not found.")));
  session.trail.Add(key);

  auto on_alias = AuthorizeAlias<Action>(session, name);
  if (!on_alias) co_return std::unexpected(OpError::From(std::move(on_alias).error()));
  keys::CanonicalContext none;
  KAGIMORI_AUTHORIZE_KEY(on_key, Action, session, {}, key, none);
  if (!on_key) co_return std::unexpected(OpError::From(std::move(on_key).error()));
  co_return AliasAndTarget<Action>{std::move(*on_alias), std::move(*on_key), *std::move(alias)};
}

}  // namespace kagimori::kms

#endif  // KAGIMORI_KMS_ON_ALIAS_H_
