#include "kms/update_alias.h"

#include <utility>

#include "keys/key_spec.h"
#include "kms/alias_rules.h"

namespace kagimori::kms {

using shapes::Errors;

namespace {

// An alias stays with symmetric, asymmetric or HMAC keys.
bool AreOfOneType(const keys::Key& a, const keys::Key& b) {
  const auto type = [](const keys::Key& key) {
    return std::pair(keys::IsAsymmetric(key.spec), keys::TraitsOf(key.spec).hash.has_value());
  };
  return type(a) == type(b);
}

}  // namespace

std::optional<shapes::OpError<UpdateAlias::Api>> UpdateAlias::Check(const Request& request) {
  if (auto refused = CheckAliasName(request.alias_name)) return shapes::OpError<Api>::From(*std::move(refused));
  if (NamesAlias(request.target_key_id)) return Errors::Validation(std::string(kTargetIsAlias));
  return std::nullopt;
}

Task<Resolved<UpdateAlias::Api, UpdateAlias::Inputs>> UpdateAlias::Resolve(Session& session, const Request& request) {
  auto alias = co_await ResolveAlias<Api, Action>(session, request.alias_name);
  if (!alias) co_return std::unexpected(std::move(alias).error());
  auto target = co_await ResolveKey<Api, Action>(session, request.target_key_id, keys::AliasForms::kRefused, {});
  if (!target) co_return std::unexpected(std::move(target).error());
  co_return Inputs{std::move(*alias), std::move(*target)};
}

Outcome<UpdateAlias::Api> UpdateAlias::Run(const Call& call, Inputs inputs, const Request& request, Trail& trail) {
  const keys::Key& now = inputs.alias.target.resource();
  const keys::Key& wanted = inputs.target.resource();
  trail.key_arn = wanted.arn;
  if (now.usage != wanted.usage) {
    std::string text = "Alias " + request.alias_name + " cannot be changed from a CMK with key usage ";
    text.append(Name(now.usage)).append(" to a CMK with key usage ").append(Name(wanted.usage));
    text.append(". The key usage of the current CMK and the new CMK must be the same.");
    return Refuse<Api>(Errors::Validation(std::move(text)));
  }
  // Guess: the text.
  if (!AreOfOneType(now, wanted)) {
    return Refuse<Api>(Errors::Validation("Alias " + request.alias_name +
                                          " cannot be changed to a CMK of another type. The type of the current CMK "
                                          "and the new CMK must be the same."));
  }
  if (wanted.stored_state == keys::KeyState::kPendingDeletion) {
    return Refuse<Api>(Errors::KmsInvalidState(wanted.arn + " is pending deletion."));
  }
  keys::Alias updated = *inputs.alias.alias;
  updated.target = wanted.name.id;
  updated.updated = call.now;
  keys::Change change;
  change.aliases.push_back({.name = updated.name, .before = inputs.alias.alias, .after = updated});
  if (now.name == wanted.name) return Reply<Api>{.response = {}, .change = std::move(change)};

  if (wanted.aliases.size() >= call.limits.aliases_per_key) {
    return Refuse<Api>(Errors::LimitExceeded("The key " + wanted.arn + " has the maximum number of aliases."));
  }
  keys::Key without = now;
  without.aliases = WithoutAlias(std::move(without.aliases), request.alias_name);
  keys::Key with = wanted;
  with.aliases = WithAlias(std::move(with.aliases), request.alias_name);
  for (auto [before, after] :
       {std::pair(inputs.alias.target.snapshot(), &without), std::pair(inputs.target.snapshot(), &with)}) {
    change.keys.push_back(
        {.before = before, .after = std::move(*after), .parts = {keys::Part::kAliases}, .material = std::nullopt});
  }
  return Reply<Api>{.response = {}, .change = std::move(change)};
}

}  // namespace kagimori::kms
