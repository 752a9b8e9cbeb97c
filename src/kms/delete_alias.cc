#include "kms/delete_alias.h"

#include "kms/alias_rules.h"
#include "kms/on_alias.h"

namespace kagimori::kms {

std::optional<shapes::OpError<DeleteAlias::Api>> DeleteAlias::Check(const Request& request) {
  if (auto refused = CheckAliasName(request.alias_name)) return shapes::OpError<Api>::From(*std::move(refused));
  return std::nullopt;
}

Task<Resolved<DeleteAlias::Api, DeleteAlias::Inputs>> DeleteAlias::Resolve(Session& session, const Request& request) {
  auto found = co_await ResolveAlias<Api, keys::action::DeleteAlias>(session, request.alias_name);
  if (!found) co_return std::unexpected(std::move(found).error());
  co_return Inputs{std::move(found->name), std::move(found->target), std::move(found->alias)};
}

Outcome<DeleteAlias::Api> DeleteAlias::Run(const Call&, Inputs inputs, const Request& request, Trail& trail) {
  trail.key_arn = inputs.target.resource().arn;
  keys::Key after = inputs.target.resource();
  after.aliases = WithoutAlias(std::move(after.aliases), request.alias_name);
  keys::Change change = ChangeOf(inputs.target.snapshot(), std::move(after), {keys::Part::kAliases});
  change.aliases.push_back({.name = inputs.name.resource(), .before = std::move(inputs.alias), .after = std::nullopt});
  return Reply<Api>{.response = {}, .change = std::move(change)};
}

}  // namespace kagimori::kms
