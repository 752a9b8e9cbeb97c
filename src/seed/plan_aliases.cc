#include <fmt/format.h>

#include <utility>

#include "base/sync_wait.h"
#include "keys/key_spec.h"
#include "kms/alias_rules.h"
#include "seed/plan.h"

namespace kagimori::seed {
namespace {

using keys::Part;

// As UpdateAlias has it: an alias stays with symmetric, asymmetric or HMAC keys, and with a usage.
bool AreOfOneType(const keys::Key& now, keys::KeySpec spec, keys::KeyUsageType usage) {
  return now.usage == usage && keys::IsAsymmetric(now.spec) == keys::IsAsymmetric(spec) &&
         keys::TraitsOf(now.spec).hash.has_value() == keys::TraitsOf(spec).hash.has_value();
}

keys::KeyChange Renamed(const std::shared_ptr<const keys::Key>& key, std::vector<std::string> aliases) {
  keys::KeyChange change{.before = key, .after = *key, .parts = {Part::kAliases}, .material = std::nullopt};
  change.after.aliases = std::move(aliases);
  return change;
}

}  // namespace

Result<std::optional<Step>> PlanAlias(const Services& services, const DeclaredKey& declared, const std::string& alias,
                                      bool for_real) {
  const keys::AliasName name{.account = declared.name.account, .region = declared.name.region, .name = alias};
  KAGIMORI_ASSIGN_OR_RETURN(const std::shared_ptr<const keys::Alias> before, SyncWait(services.keys->LoadAlias(name)));
  if (before != nullptr && before->target == declared.name.id) return std::nullopt;
  KAGIMORI_ASSIGN_OR_RETURN(const std::shared_ptr<const keys::Key> key, FindKey(services, declared.name));
  if (key == nullptr && for_real) return Fail(ErrorKind::kConflict, "the key has gone");
  if (key != nullptr && key->aliases.size() >= services.resource_quotas->Of(name.account).aliases_per_key)
    return Fail(ErrorKind::kInvalid, "it has the maximum number of aliases");

  const Timestamp now = services.clock->Service();
  const std::string arn = declared.name.Arn();
  Step step{.line = fmt::format("+ alias {} of {}", alias, arn),
            .event = "CreateAlias",
            .what = {alias},
            .key = declared.name};
  keys::Alias after{.name = name, .target = declared.name.id, .created = now, .updated = now};
  std::shared_ptr<const keys::Key> other;
  if (before != nullptr) {
    const keys::KeyName old{.account = name.account, .region = name.region, .id = before->target};
    KAGIMORI_ASSIGN_OR_RETURN(other, SyncWait(services.keys->LoadKey(old)));
    // Of a key that is gone the name is free.
    if (other != nullptr && other->GoneAt(now)) other = nullptr;
  }
  if (other != nullptr) {
    const auto spec = key != nullptr ? key->spec : declared.SpecOr();
    const auto usage = key != nullptr ? key->usage : declared.UsageOr();
    if (!AreOfOneType(*other, spec, usage)) {
      return Fail(ErrorKind::kInvalid,
                  fmt::format("{} cannot be moved to it from {}, a key of another type or usage", alias, other->arn));
    }
    step.line = fmt::format("~ alias {}: moves to {} from {}", alias, arn, other->arn);
    step.event = "UpdateAlias";
    after.created = before->created;
  }
  if (key == nullptr) return step;
  step.change.keys.push_back(Renamed(key, kms::WithAlias(key->aliases, alias)));
  if (other != nullptr) step.change.keys.push_back(Renamed(other, kms::WithoutAlias(other->aliases, alias)));
  step.change.aliases.push_back({.name = name, .before = before, .after = std::move(after)});
  return step;
}

}  // namespace kagimori::seed
