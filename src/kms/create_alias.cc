#include "kms/create_alias.h"

#include "kms/alias_rules.h"

namespace kagimori::kms {

using shapes::Errors;

std::optional<shapes::OpError<CreateAlias::Api>> CreateAlias::Check(const Request& request) {
  if (auto refused = CheckAliasName(request.alias_name)) return shapes::OpError<Api>::From(*std::move(refused));
  if (NamesAlias(request.target_key_id)) return Errors::Validation(std::string(kTargetIsAlias));
  return std::nullopt;
}

Task<Resolved<CreateAlias::Api, CreateAlias::Inputs>> CreateAlias::Resolve(Session& session, const Request& request) {
  using OpError = shapes::OpError<Api>;
  keys::AliasName name{.account = session.call.account(), .region = session.call.region, .name = request.alias_name};
  session.trail.Add(name);
  auto alias = AuthorizeAlias<keys::action::CreateAlias>(session, name);
  if (!alias) co_return std::unexpected(OpError::From(std::move(alias).error()));
  auto target = co_await ResolveKey<Api, keys::action::CreateAlias>(session, request.target_key_id,
                                                                    keys::AliasForms::kRefused, {});
  if (!target) co_return std::unexpected(std::move(target).error());
  Result<std::shared_ptr<const keys::Alias>> existing = co_await session.resolver.GetAlias(name);
  if (!existing) co_return std::unexpected(OpError::From(Internal(std::move(existing).error(), session.trail)));
  bool stale = false;
  if (*existing != nullptr) {
    keys::KeyName old_target{.account = name.account, .region = name.region, .id = (*existing)->target};
    Result<std::shared_ptr<const keys::Key>> key = co_await session.resolver.GetKey(old_target);
    if (!key) co_return std::unexpected(OpError::From(Internal(std::move(key).error(), session.trail)));
    stale = *key == nullptr;
  }
  co_return Inputs{std::move(*alias), std::move(*target), *std::move(existing), stale};
}

Outcome<CreateAlias::Api> CreateAlias::Run(const Call& call, Inputs inputs, const Request& request, Trail& trail) {
  trail.key_arn = inputs.target.resource().arn;
  const keys::AliasName& name = inputs.name.resource();
  if (inputs.existing != nullptr && !inputs.existing_is_stale) {
    return Refuse<Api>(Errors::AlreadyExists("An alias with the name " + name.Arn() + " already exists"));
  }
  keys::Key after = inputs.target.resource();
  // Guess: the text.
  if (after.aliases.size() >= call.limits.aliases_per_key) {
    return Refuse<Api>(Errors::LimitExceeded("The key " + after.arn + " has the maximum number of aliases."));
  }
  after.aliases = WithAlias(std::move(after.aliases), request.alias_name);
  KeyId target = after.name.id;
  keys::Change change = ChangeOf(inputs.target.snapshot(), std::move(after), {keys::Part::kAliases});
  change.aliases.push_back(
      {.name = name,
       .before = std::move(inputs.existing),
       .after = keys::Alias{.name = name, .target = target, .created = call.now, .updated = call.now}});
  return Reply<Api>{.response = {}, .change = std::move(change)};
}

}  // namespace kagimori::kms
